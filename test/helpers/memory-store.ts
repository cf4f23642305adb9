// A tenant registry in memory that does as a test tells it: fails, hangs, shrinks, changes its order, says that it has changed.
import { type BadRow, type Row, readRow, type TenantRow } from "../../src/tenants/row.ts";
import type { TenantStore } from "../../src/tenants/store.ts";
import { FIXTURE } from "./tenant-rows.ts";

export interface MemoryTenantStore extends TenantStore {
  /** By tenantId; in the order of a scan. A test changes it as it likes. */
  rows: Map<string, Row>;
  /** Scans that were begun. */
  scans: number;
  /** The most that ran at one time. */
  mostAtOnce: number;
  /** Thrown by every scan while it is set, after `failAfter` rows. */
  failure: Error | undefined;
  failAfter: number;
  /** While it is set, a scan waits for it (or for its signal) before its first row. */
  gate: Promise<void> | undefined;
  /** Puts these rows in the place of all others. */
  set(rows: readonly TenantRow[]): void;
  /** The row turns bad: its repository path is missing. */
  spoil(tenantId: string, enabled?: boolean): void;
  /** Tells listeners that something has changed. */
  tell(): void;
}

export function createMemoryTenantStore(rows: readonly TenantRow[] = []): MemoryTenantStore {
  const listeners: (() => void)[] = [];
  let running = 0;
  const store: MemoryTenantStore = {
    name: "memory",
    rows: new Map(),
    scans: 0,
    mostAtOnce: 0,
    failure: undefined,
    failAfter: 0,
    gate: undefined,
    set(next) {
      store.rows = new Map(next.map((row) => [row.tenantId, { ok: true, row }]));
    },
    spoil(tenantId, enabled = true) {
      store.rows.set(tenantId, { ok: false, bad: badRow(tenantId, enabled) });
    },
    tell: () => listeners.forEach((listener) => listener()),
    async *scan(signal) {
      store.scans++;
      store.mostAtOnce = Math.max(store.mostAtOnce, ++running);
      try {
        if (store.gate !== undefined) await Promise.race([store.gate, aborted(signal)]);
        let count = 0;
        for (const row of store.rows.values()) {
          if (store.failure !== undefined && count >= store.failAfter) throw store.failure;
          count++;
          yield structuredClone(row); // a scan never gives the same objects again
        }
        if (store.failure !== undefined) throw store.failure;
      } finally {
        running--;
      }
    },
    get: (tenantId) => Promise.resolve(store.rows.get(tenantId)),
    put: (row) => Promise.resolve(void store.rows.set(row.tenantId, { ok: true, row })),
    remove: (tenantId) => Promise.resolve(store.rows.delete(tenantId)),
    subscribe: (listener) => void listeners.push(listener),
    close: () => Promise.resolve(),
  };
  store.set(rows);
  return store;
}

/** An enabled tenant with all that it needs. */
export function tenantRow(tenantId: string, fields: Partial<TenantRow> = {}): TenantRow {
  return {
    tenantId,
    enabled: true,
    namespace: `tn-${tenantId}`,
    targetCluster: "in-cluster",
    repoUrl: "https://github.com/yourorg/tenants.git",
    repoPath: `tenants/${tenantId}`,
    labels: {},
    params: {},
    ...fields,
  };
}

/** `t-000`, `t-001`, … */
export const tenantRows = (count: number, fields: Partial<TenantRow> = {}): TenantRow[] =>
  Array.from({ length: count }, (_, index) => tenantRow(`t-${String(index).padStart(3, "0")}`, fields));

export const badRow = (tenantId: string, enabled = true): BadRow => ({
  tenantId,
  enabled,
  faults: [{ column: "repo_path", message: "is missing" }],
});

/** The rows of the fixture, in no order: three tenants, one that is disabled, one that nobody has enabled. */
export const FIVE_ROWS: Row[] = FIXTURE.toReversed().map((row) => readRow(row));

const REPOSITORY = { cluster: "in-cluster", repoURL: "https://github.com/yourorg/tenants.git" };
export const ACME = {
  tenantId: "acme",
  namespace: "tn-acme",
  ...REPOSITORY,
  path: "tenants/acme",
  labels: { tier: "gold", region: "ca-central-1" },
  kafkaTopic: "acme.events",
  mskCluster: "primary",
  params: { kafkaTopic: "acme.events", mskCluster: "primary" },
};
export const BETA = {
  tenantId: "beta",
  namespace: "tn-beta",
  ...REPOSITORY,
  cluster: "prod-eu",
  path: "tenants/beta",
  labels: { region: "eu-west-1" },
  params: {},
};
export const EPSILON = {
  tenantId: "epsilon",
  namespace: "tn-eps",
  ...REPOSITORY,
  path: "tenants/eps",
  labels: {},
  replicas: "3",
  params: { replicas: "3" },
};

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new Error("scan stopped")), { once: true });
  });
}
