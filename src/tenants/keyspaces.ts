// Tenants in a table of Amazon Keyspaces, or of Apache Cassandra: connections and how to log in. The only file that knows the driver, and its traps.
import { setMaxListeners } from "node:events";
import { type ConnectionOptions, createSecureContext, type SecureContext } from "node:tls";
import { callbackify } from "node:util";
import type * as Driver from "cassandra-driver";
import type { Backoff } from "../model/backoff.ts";
import type { Clock } from "../model/clock.ts";
import type { Log } from "../model/log.ts";
import type { Sealed } from "../model/sealed.ts";
import { OwnFault } from "./cql-fault.ts";
import { type CqlSession, type CqlTiming, createCqlStore } from "./cql-store.ts";
import type { Columns } from "./row.ts";
import type { TenantStore } from "./store.ts";
import { trustedRoots } from "./trust.ts";

/** What Keyspaces can read with. LOCAL_QUORUM misses no row; the others cost half and may miss one that was just written. */
export const READ_CONSISTENCIES = ["LOCAL_QUORUM", "LOCAL_ONE", "ONE"] as const;
const LEVELS = { LOCAL_QUORUM: 0x06, LOCAL_ONE: 0x0a, ONE: 0x01 } as const;
const PROTOCOL_V4 = 4;

export type KeyspacesAuth =
  | { kind: "password"; username: string; password: Sealed }
  /** `sign` gives the reply to the nonce of the server's challenge. */
  | { kind: "sigv4"; sign: (nonce: string) => Promise<string> };

export interface KeyspacesTiming extends CqlTiming {
  /** For TCP and TLS of one connection. */
  connectMs: number;
  /** For one answer of the server; for credentials too. */
  answerMs: number;
  /** How the driver comes back to hosts that were lost; its own cap would be ten minutes. */
  reconnect: Backoff;
}

const TIMING: KeyspacesTiming = {
  connectMs: 5_000,
  answerMs: 10_000,
  scanMs: 120_000,
  callMs: 20_000,
  tries: 8,
  backoff: { baseMs: 200, maxMs: 5_000 },
  reconnect: { baseMs: 1_000, maxMs: 15_000 },
};

export interface KeyspacesOptions {
  /** Name or address; of Keyspaces it is `cassandra.<region>.amazonaws.com`. */
  contactPoint: string;
  port: number;
  /** What the servers' certificates must be for. It has to be told: every server is dialled by its address. */
  serverName: string;
  /** The data centre carries the region's name. */
  region: string;
  keyspace: string;
  table: string;
  /** Of reads; writes are LOCAL_QUORUM, for Keyspaces knows no other. */
  consistency: (typeof READ_CONSISTENCIES)[number];
  /** Rows that the server looks at for one page. */
  pageSize: number;
  /** PEM, in addition to the system's roots. */
  ca?: string;
  auth: KeyspacesAuth;
  clock: Clock;
  log: Log;
  random?: () => number;
  timing?: Partial<KeyspacesTiming>;
}

/** Connects when first asked, and anew when a connection is no good: the store may be made while the database is away. */
export function createKeyspacesStore(options: KeyspacesOptions): TenantStore {
  const { contactPoint, port, serverName, region, keyspace, table, clock, log, random } = options;
  const timing = { ...TIMING, ...options.timing };
  const host = `${contactPoint}:${port}`;
  let trust: SecureContext | undefined; // made once: there are some 150 roots to read
  return createCqlStore({
    name: "keyspaces",
    place: { host, serverName, region, keyspace, table },
    async open() {
      trust ??= createSecureContext({ ca: trustedRoots(options.ca) });
      const session = await connect(options, timing, trust);
      log.info({ host, keyspace, table }, "connected to the tenant database");
      return session;
    },
    timing,
    clock,
    log,
    random,
  });
}

async function connect(
  options: KeyspacesOptions,
  timing: KeyspacesTiming,
  secureContext: SecureContext,
): Promise<CqlSession> {
  // loaded here, for it takes 80 ms and 24 MB that no other store needs
  const driver = await import("cassandra-driver");
  const sockets = new AbortController();
  setMaxListeners(0, sockets.signal);
  const tls = {
    secureContext,
    rejectUnauthorized: true,
    servername: options.serverName,
    /** Read for each connection that is opened. A socket that starts with an aborted signal takes the process down (Node 26). */
    get signal(): AbortSignal {
      if (sockets.signal.aborted) throw new Error("the session is over");
      return sockets.signal;
    },
  };
  const client = new driver.Client(clientOptions(driver, options, timing, tls));
  const session = sessionOf(client, sockets, options, timing);
  try {
    await client.connect();
  } catch (error) {
    await session.close();
    throw error;
  }
  client.on("hostDown", () => {
    if (!session.alive()) void session.close();
  });
  return session;
}

/**
 * The traps: the driver trusts any certificate unless it is told not to; `host` in sslOptions would be dialled in place of every
 * server; a version above 4 is tried first; writes carry the client's time, which Keyspaces refuses on most tables; its own
 * retries cannot wait; a connection survives 64 answers that never came.
 */
function clientOptions(
  driver: typeof Driver,
  options: KeyspacesOptions,
  timing: KeyspacesTiming,
  tls: ConnectionOptions,
): Driver.DseClientOptions {
  const { contactPoint, port, region, auth, clock } = options;
  const { reconnection, retry, loadBalancing } = driver.policies;
  return {
    contactPoints: [contactPoint],
    localDataCenter: region,
    protocolOptions: { port, maxVersion: PROTOCOL_V4 },
    sslOptions: tls,
    authProvider: authProvider(driver, loginOf(auth, clock, timing.answerMs)),
    encoding: { map: Map }, // an object would lose the key `__proto__` and put others into another order
    isMetadataSyncEnabled: false,
    monitorReporting: { enabled: false },
    policies: {
      reconnection: new reconnection.ExponentialReconnectionPolicy(timing.reconnect.baseMs, timing.reconnect.maxMs),
      retry: new retry.FallthroughRetryPolicy(),
      loadBalancing: new loadBalancing.DCAwareRoundRobinPolicy(region), // Keyspaces routes by token itself
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- null is right, its types do not know it
      timestampGeneration: null as unknown as Driver.policies.timestampGeneration.TimestampGenerator,
    },
    socketOptions: {
      connectTimeout: timing.connectMs,
      readTimeout: timing.answerMs,
      defunctReadTimeoutThreshold: 0,
    },
  };
}

/**
 * A session that has lost its last connection is over. The driver could come back by itself, but with each such loss it makes a
 * second host of the same address, and so doubles its connections; and it forgets, but does not close, the connection to a host
 * that it did not like. So every socket hangs on one signal, and none outlives the session.
 */
function sessionOf(
  client: Driver.Client,
  sockets: AbortController,
  options: KeyspacesOptions,
  timing: KeyspacesTiming,
): CqlSession {
  const read = { consistency: LEVELS[options.consistency], fetchSize: options.pageSize };
  const write = { consistency: LEVELS.LOCAL_QUORUM };
  return {
    async execute({ cql, values, hints }, asked) {
      const result = await client.execute(cql, [...values], {
        ...(asked.read ? read : write),
        ...(asked.read && asked.pageState !== undefined ? { pageState: asked.pageState } : {}),
        hints: [...hints],
        isIdempotent: true,
        readTimeout: timing.answerMs,
      });
      // its types deny it, but an answer without rows has neither rows nor columns, and the last page no state
      const { rows, columns, pageState }: Loose<Driver.types.ResultSet> = result;
      return { rows: rows?.map(columnsOfRow), columns: columns ?? [], next: pageState ?? null };
    },
    alive() {
      if (sockets.signal.aborted) return false;
      const state = client.getState();
      return state.getConnectedHosts().some((host) => state.getOpenConnections(host) > 0);
    },
    async close() {
      const down = client.shutdown().catch(() => undefined); // it is over either way
      sockets.abort();
      await down;
    },
  };
}

type Loose<T> = { [Key in keyof T]?: T[Key] | null };

function columnsOfRow(row: Driver.types.Row): Columns {
  const {
    tenant_id,
    enabled,
    namespace,
    target_cluster,
    repo_url,
    repo_path,
    labels,
    params,
  }: Record<string, unknown> = row;
  return { tenant_id, enabled, namespace, target_cluster, repo_url, repo_path, labels, params };
}

/** What is said to a server that asks who we are. */
interface Login {
  first(): Buffer;
  reply(challenge: string): Promise<Buffer>;
}

function loginOf(auth: KeyspacesAuth, clock: Clock, answerMs: number): Login {
  if (auth.kind === "password") {
    return {
      first: () => Buffer.from(`\0${auth.username}\0${auth.password.open()}`),
      reply: () => Promise.reject(new OwnFault("the server wants more than a password", { passing: false })),
    };
  }
  return {
    first: () => Buffer.from("SigV4\0\0"),
    async reply(challenge) {
      const nonce = /nonce=([^,]+)/.exec(challenge)?.[1];
      if (nonce === undefined) throw new OwnFault("the server's SigV4 challenge has no nonce", { passing: false });
      return Buffer.from(await signed(() => auth.sign(nonce), clock, answerMs));
    },
  };
}

/** The driver waits for a reply without end, so that credentials which never come would stop the store for good. */
function signed(sign: () => Promise<string>, clock: Clock, answerMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const late = (): void => reject(new OwnFault(`no credentials within ${answerMs} ms`, { passing: true }));
    const cancel = clock.after(answerMs, late);
    sign()
      .catch((cause: unknown) => {
        throw new OwnFault("there are no credentials to sign with", { passing: true, cause });
      })
      .then(resolve, reject)
      .finally(cancel);
  });
}

/** A new login for each connection, so that credentials may change while others are open. */
function authProvider(driver: typeof Driver, login: Login): Driver.auth.AuthProvider {
  type Callback = (error: unknown, token?: Buffer) => void;
  // the driver takes heirs of its own class only, and shows no other heir than this in its types
  return new (class extends driver.auth.PlainTextAuthProvider {
    override newAuthenticator(): Driver.auth.Authenticator {
      return {
        initialResponse: (callback: Callback) => callback(null, login.first()),
        evaluateChallenge: (challenge: Buffer, callback: Callback) =>
          callbackify(() => login.reply(challenge.toString()))(callback),
        onAuthenticationSuccess: () => undefined,
      };
    }
  })("", "");
}
