// Runs one command line over a registry in memory and gives back what a person sees of it.
import type { CommandDeps } from "../../src/cli/command.ts";
import { runCli } from "../../src/cli.ts";
import type { Row, TenantRow } from "../../src/tenants/row.ts";
import type { TenantStore } from "../../src/tenants/store.ts";

export interface CliRun {
  code: number;
  out: string;
  error: string;
  /** Settings that `serve` was called with. */
  served: Record<string, string>[];
}

export const ACME: TenantRow = {
  tenantId: "acme",
  enabled: true,
  namespace: "tn-acme",
  targetCluster: "in-cluster",
  repoUrl: "https://github.com/yourorg/tenants.git",
  repoPath: "tenants/acme",
  labels: { tier: "gold", region: "ca-central-1" },
  params: { kafkaTopic: "acme.events" },
};

/** `rows` is the registry, by tenant id; commands change it. */
export async function runLine(
  argv: readonly string[],
  { rows = new Map<string, Row>(), deps = {} }: { rows?: Map<string, Row>; deps?: Partial<CommandDeps> } = {},
): Promise<CliRun> {
  const written = { out: "", error: "" };
  const served: Record<string, string>[] = [];
  const code = await runCli(argv, {
    out: (line) => void (written.out += `${line}\n`),
    error: (line) => void (written.error += `${line}\n`),
    signal: new AbortController().signal,
    serve: async (settings) => void served.push(settings),
    withRegistry: (use) => use(memoryOf(rows)),
    preview: () => Promise.reject(new Error("not scripted")),
    stdin: () => Promise.reject(new Error("not scripted")),
    policy: () => Promise.reject(new Error("not scripted")),
    withCluster: () => Promise.reject(new Error("not scripted")),
    withInstallation: () => Promise.reject(new Error("not scripted")),
    ...deps,
  });
  return { code, ...written, served };
}

function memoryOf(rows: Map<string, Row>): TenantStore {
  return {
    name: "memory",
    async *scan() {
      yield* rows.values();
    },
    get: async (tenantId) => rows.get(tenantId),
    put: async (row) => void rows.set(row.tenantId, { ok: true, row }),
    remove: async (tenantId) => rows.delete(tenantId),
    subscribe: () => undefined,
    close: async () => undefined,
  };
}
