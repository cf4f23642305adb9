// One node of Cassandra behind the door of Amazon Keyspaces: TLS by its name, passwords, its data centre, its refusals. Nothing of Kubernetes.
import { randomBytes } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createAuthority } from "../../certs/authority.ts";
import { issueLeaf } from "../../certs/leaf.ts";
import type { Room, RunningProcess } from "../part.ts";
import { freePort, unlessTaken } from "../port.ts";
import { ProcessFailed } from "../process.ts";
import { createSwitch } from "../switch.ts";
import { javaArguments } from "./java-line.ts";
import { readSchema } from "./schema.ts";
import { type Cells, type Door, type Login, type Session, tryOpenSession } from "./session.ts";
import { type Node, writeSettings } from "./settings.ts";

const HOST = "127.0.0.1";
const REGION = "us-east-1";
const SERVER_NAME = `cassandra.${REGION}.amazonaws.com`;
const KEYSPACE = "tenant_ops";
const TABLE = "tenant_configs";
const LIFE_MS = 365 * 24 * 60 * 60_000;
/** It writes its tables to disk first: three to seven seconds, and more where it makes a class archive. */
const GRACE_MS = 60_000;

export interface Cassandra {
  /** 127.0.0.1 */
  readonly host: string;
  readonly port: number;
  /** The one name that its certificate is for, beside localhost and 127.0.0.1. */
  readonly serverName: string;
  /** Its data centre and rack. */
  readonly region: string;
  readonly keyspace: string;
  readonly table: string;
  /** What its certificate is trusted by: PEM, and the path of a file with it. */
  readonly ca: string;
  readonly caFile: string;
  /** A role that may read and write the keyspace's rows and is bound by the guardrails. */
  readonly username: string;
  readonly password: string;
  /** All of this as settings of Landlord. */
  readonly settings: Record<string, string>;
  /** For fixtures: as the superuser, whom no guardrail binds, at LOCAL_QUORUM; gives the first 5,000 rows. */
  cql(statement: string, parameters?: readonly unknown[]): Promise<Cells[]>;
  /** By SIGTERM: takes some seconds. */
  stop(): Promise<void>;
  /** By SIGKILL: what was acknowledged is kept all the same. */
  kill(): Promise<void>;
  /** On the port and with the data that it had; resolves when it can be logged in to. */
  start(): Promise<void>;
}

export interface NodeFiles {
  /** The command. */
  java: string;
  /** In the order of the class path. */
  jars: readonly string[];
  /** Further flags for Java. */
  flags: readonly string[];
}

/** Resolves when the schema is there and both roles can log in. It is stopped with its room. */
export async function startNode(files: NodeFiles, room: Room): Promise<Cassandra> {
  const directory = join(room.directory, "cassandra");
  const { ca, serverPem } = createKeys(Date.now());
  let superuser: Login = { username: "cassandra", password: "cassandra" }; // as every new Cassandra has it
  let session: Session | undefined;

  async function start({ port }: Node): Promise<RunningProcess> {
    const door: Door = { port, ca, serverName: SERVER_NAME, region: REGION };
    const ready = async (): Promise<boolean> => (session = await tryOpenSession(door, superuser)) !== undefined;
    const args = javaArguments(directory, files);
    const starting = room.start({ name: "cassandra", command: files.java, args, ready });
    const process = await starting.catch(async (error: unknown) => {
      await closeSession();
      throw error;
    });
    void process.exited.then(closeSession);
    return process;
  }

  async function closeSession(): Promise<void> {
    const open = session;
    session = undefined;
    await open?.close();
  }

  function cql(statement: string, parameters: readonly unknown[] = []): Promise<Cells[]> {
    if (session === undefined) return Promise.reject(new Error("run CQL: Cassandra does not run"));
    return session.cql(statement, parameters);
  }

  const { node, running } = await unlessTaken(portTaken, async () => {
    await rm(directory, { recursive: true, force: true });
    const fresh: Node = { directory, port: await freePort(), storagePort: await freePort(), region: REGION };
    await writeSettings(fresh, serverPem);
    return { node: fresh, running: await start(fresh) };
  });
  const caFile = join(directory, "ca.crt");
  await writeFile(caFile, ca);
  const role: Login = { username: "landlord", password: newPassword() };
  for (const statement of await preparation(role)) await cql(statement);
  const next = newPassword();
  await cql(`ALTER ROLE ${superuser.username} WITH PASSWORD = '${next}'`);
  superuser = { ...superuser, password: next };

  const again = (): Promise<RunningProcess> => unlessTaken(portTaken, () => start(node));
  const { on, off, kill } = createSwitch(again, { running, graceMs: GRACE_MS });
  return {
    ...description(node.port, role),
    ca,
    caFile,
    settings: settingsOf(node.port, role, caFile),
    cql,
    start: on,
    stop: off,
    kill,
  };
}

const description = (port: number, role: Login) => ({
  host: HOST,
  port,
  serverName: SERVER_NAME,
  region: REGION,
  keyspace: KEYSPACE,
  table: TABLE,
  ...role,
});

const settingsOf = (port: number, role: Login, caFile: string): Record<string, string> => ({
  LANDLORD_TENANT_STORE: "keyspaces",
  AWS_REGION: REGION,
  KEYSPACES_CONTACT_POINT: HOST,
  KEYSPACES_PORT: String(port),
  KEYSPACES_SERVER_NAME: SERVER_NAME,
  KEYSPACES_ROOT_CERT: caFile,
  KEYSPACES_USERNAME: role.username,
  KEYSPACES_PASSWORD: role.password,
});

/** The product's table, and a role that may read and write its rows. */
async function preparation({ username, password }: Login): Promise<string[]> {
  return [
    ...(await readSchema(REGION)),
    `CREATE ROLE ${username} WITH PASSWORD = '${password}' AND LOGIN = true AND SUPERUSER = false`,
    `GRANT SELECT ON KEYSPACE ${KEYSPACE} TO ${username}`,
    `GRANT MODIFY ON KEYSPACE ${KEYSPACE} TO ${username}`,
  ];
}

/** What callers trust, and what the server reads: its key, its certificate and the authority's. */
function createKeys(now: number): { ca: string; serverPem: string } {
  const authority = createAuthority({ commonName: "landlord-sandbox-cassandra", now });
  const names = [SERVER_NAME, "localhost", HOST];
  const leaf = issueLeaf(authority, { names, now, lifeMs: LIFE_MS, commonName: "cassandra" });
  return { ca: authority.certificate, serverPem: `${leaf.key}${leaf.certificate}${authority.certificate}` };
}

const newPassword = (): string => randomBytes(18).toString("base64url");

/** One of its two ports was taken: the first it says at once, the second when it is all but up. */
const portTaken = (error: unknown): boolean =>
  error instanceof ProcessFailed && /is in use by another process|Failed to bind port/.test(error.log);
