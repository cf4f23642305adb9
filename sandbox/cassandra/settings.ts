// The files that Cassandra reads at its start: cassandra.yaml, where the node stands, how it logs. The line for Java is in java-line.ts.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface Node {
  /** Absolute; everything of this node lies in it. */
  directory: string;
  /** Of the native protocol: the one that drivers speak. */
  port: number;
  /** Of the talk between nodes, of which there is none; it must be free all the same. */
  storagePort: number;
  /** Data centre and rack: on Amazon Keyspaces both are the region. */
  region: string;
}

/** A PEM file of key, certificate and what signed it; no key store is needed. */
export const SERVER_PEM = "server.pem";

// Amazon Keyspaces refuses these too; guardrails bind every role but superusers.
const READS_DISALLOWED = ["TWO", "THREE", "QUORUM", "ALL", "EACH_QUORUM", "SERIAL", "LOCAL_SERIAL"];
const WRITES_DISALLOWED = ["ANY", "ONE", "TWO", "THREE", "QUORUM", "ALL", "EACH_QUORUM", "LOCAL_ONE"];

/** Writes the files, under the names that java-line.ts has. */
export async function writeSettings(node: Node, serverPem: string): Promise<void> {
  const { directory, region } = node;
  await mkdir(join(directory, "tmp"), { recursive: true });
  const files: [name: string, content: string][] = [
    ["cassandra.yaml", `${JSON.stringify(cassandraYaml(node), null, 2)}\n`], // JSON is YAML
    ["cassandra-rackdc.properties", `dc=${region}\nrack=${region}\n`],
    ["logback.xml", LOGBACK],
    [SERVER_PEM, serverPem],
  ];
  await Promise.all(files.map(([name, content]) => writeFile(join(directory, name), content, { mode: 0o600 })));
}

export const cassandraYaml = ({ directory, port, storagePort }: Node): object => ({
  cluster_name: "landlord-sandbox",
  partitioner: "org.apache.cassandra.dht.Murmur3Partitioner",
  num_tokens: 1,
  initial_token: "0",
  auto_bootstrap: false,
  endpoint_snitch: "GossipingPropertyFileSnitch",
  seed_provider: [
    {
      class_name: "org.apache.cassandra.locator.SimpleSeedProvider",
      parameters: [{ seeds: `127.0.0.1:${storagePort}` }], // itself
    },
  ],
  listen_address: "127.0.0.1",
  storage_port: storagePort,
  rpc_address: "127.0.0.1",
  native_transport_port: port,
  start_native_transport: true,
  authenticator: "PasswordAuthenticator",
  authorizer: "CassandraAuthorizer",
  role_manager: "CassandraRoleManager",
  roles_validity: "1s",
  permissions_validity: "1s",
  credentials_validity: "1s",
  client_encryption_options: {
    enabled: true,
    optional: false,
    require_client_auth: false,
    ssl_context_factory: { class_name: "org.apache.cassandra.security.PEMBasedSslContextFactory" },
    keystore: join(directory, SERVER_PEM),
  },
  server_encryption_options: { internode_encryption: "none" },
  commitlog_sync: "batch", // what is acknowledged is on disk: a SIGKILL loses nothing, as on Amazon Keyspaces
  commitlog_segment_size: "4MiB",
  commitlog_total_space: "64MiB",
  disk_access_mode: "standard",
  memtable_heap_space: "64MiB",
  hinted_handoff_enabled: false,
  auto_snapshot: false,
  concurrent_compactors: 1,
  read_consistency_levels_disallowed: READS_DISALLOWED,
  write_consistency_levels_disallowed: WRITES_DISALLOWED,
  secondary_indexes_enabled: false,
  drop_truncate_table_enabled: false,
});

// At INFO the end of a log, which is what one is shown, is about its tables whatever went wrong. Of an exception, the first frame will do.
const LOGBACK = `<configuration>
  <appender name="out" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%-5level %d{HH:mm:ss.SSS} %logger{0}: %msg%n%ex{1}</pattern></encoder>
  </appender>
  <root level="WARN"><appender-ref ref="out"/></root>
</configuration>
`;
