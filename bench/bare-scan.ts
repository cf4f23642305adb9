// A process of its own that reads all tenants by the driver and nothing else, page by page as the service asks for them: the floor of its scans.
// Settings come from the environment, as the sandbox gives them to the service; the argument says how often to read.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Client } from "cassandra-driver";

/** As the service has it by default. */
const PAGE_SIZE = 500;
const SCAN =
  "SELECT tenant_id, enabled, namespace, target_cluster, repo_url, repo_path, labels, params FROM tenant_ops.tenant_configs";

export interface BareScans {
  /** From the start of the process to the last page, as its parent sees it. */
  coldMs: number;
  /** The first one: driver loaded, connected, all pages. */
  firstMs: number;
  againMs: number[];
  rows: number;
}

export async function bareScans(settings: Record<string, string>, times: number): Promise<BareScans> {
  const startedAt = Date.now();
  const args = [fileURLToPath(import.meta.url), String(times)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: settings });
  const { firstAt, ...told } = JSON.parse(stdout) as Omit<BareScans, "coldMs"> & { firstAt: number };
  return { ...told, coldMs: firstAt - startedAt };
}

if (import.meta.main) {
  const started = performance.now();
  const client = await connect(process.env as Record<string, string>);
  const rows = await scan(client);
  const firstMs = performance.now() - started;
  const firstAt = Date.now();
  const againMs: number[] = [];
  while (againMs.length + 1 < Number(process.argv[2])) {
    const begun = performance.now();
    await scan(client);
    againMs.push(performance.now() - begun);
  }
  await client.shutdown();
  console.log(JSON.stringify({ firstAt, firstMs, againMs, rows }));
}

async function connect(settings: Record<string, string>): Promise<Client> {
  const { auth, Client, types } = await import("cassandra-driver");
  const client = new Client({
    contactPoints: [settings["KEYSPACES_CONTACT_POINT"] ?? ""],
    protocolOptions: { port: Number(settings["KEYSPACES_PORT"]), maxVersion: 4 },
    localDataCenter: settings["AWS_REGION"] ?? "",
    sslOptions: {
      ca: await readFile(settings["KEYSPACES_ROOT_CERT"] ?? "", "utf8"),
      rejectUnauthorized: true,
      servername: settings["KEYSPACES_SERVER_NAME"] ?? "",
    },
    authProvider: new auth.PlainTextAuthProvider(
      settings["KEYSPACES_USERNAME"] ?? "",
      settings["KEYSPACES_PASSWORD"] ?? "",
    ),
    isMetadataSyncEnabled: false,
    queryOptions: { consistency: types.consistencies.localQuorum, fetchSize: PAGE_SIZE },
  });
  await client.connect();
  return client;
}

async function scan(client: Client): Promise<number> {
  let count = 0;
  let pageState: string | null = null;
  do {
    const page: { rows: unknown[]; pageState: string | null } = await client.execute(
      SCAN,
      [],
      pageState === null ? {} : { pageState },
    );
    count += page.rows.length;
    pageState = page.pageState;
  } while (pageState !== null && pageState !== undefined);
  return count;
}
