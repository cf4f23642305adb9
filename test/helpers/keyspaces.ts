// A scripted tenant database with TLS and a password as Keyspaces has them, and a store on it; both are closed after the test.
import type { TestContext } from "node:test";
import { type Authority, createAuthority } from "../../certs/authority.ts";
import { issueLeaf } from "../../certs/leaf.ts";
import { systemClock } from "../../src/model/clock.ts";
import { Sealed } from "../../src/model/sealed.ts";
import { createKeyspacesStore, type KeyspacesOptions } from "../../src/tenants/keyspaces.ts";
import type { TenantStore } from "../../src/tenants/store.ts";
import { createTestLog, type LogLine } from "./log.ts";
import { createScriptedCql, type ScriptedCql, type ScriptedCqlOptions } from "./scripted-cql.ts";

export const SERVER_NAME = "cassandra.us-east-1.amazonaws.com";
export const PASSWORD = "correct horse battery staple";
export const authority: Authority = createAuthority({ commonName: "database", now: Date.now() });

export const leafFor = (name: string, signer = authority): { certificate: string; key: string } =>
  issueLeaf(signer, { names: [name], now: Date.now() });

const leaf = leafFor(SERVER_NAME);

/** Short enough for a test to wait for. */
export const QUICK = {
  connectMs: 2_000,
  answerMs: 2_000,
  scanMs: 10_000,
  callMs: 10_000,
  tries: 4,
  backoff: { baseMs: 1, maxMs: 2 },
  reconnect: { baseMs: 5, maxMs: 20 },
};

export async function openDatabase(t: TestContext, options: ScriptedCqlOptions = {}): Promise<ScriptedCql> {
  const database = await createScriptedCql({
    tls: leaf,
    login: { username: "landlord", password: PASSWORD },
    ...options,
  });
  t.after(() => database.close());
  return database;
}

export function keyspacesOptions(port: number): Omit<KeyspacesOptions, "log"> {
  return {
    contactPoint: "127.0.0.1",
    port,
    serverName: SERVER_NAME,
    region: "us-east-1",
    keyspace: "tenant_ops",
    table: "tenant_configs",
    consistency: "LOCAL_QUORUM",
    pageSize: 2,
    ca: authority.certificate,
    auth: { kind: "password", username: "landlord", password: new Sealed(PASSWORD) },
    clock: systemClock,
    timing: QUICK,
  };
}

export function openKeyspaces(
  t: TestContext,
  port: number,
  options: Partial<KeyspacesOptions> = {},
): { store: TenantStore; lines: LogLine[] } {
  const { log, lines } = createTestLog();
  const store = createKeyspacesStore({ ...keyspacesOptions(port), log, ...options });
  t.after(() => store.close());
  return { store, lines };
}
