// Tenants for tests of the registry: the five of the fixture, and as many made-up ones as are asked for.
import type { TenantRow } from "../../src/tenants/row.ts";
import type { TableRow } from "./cql-table.ts";

const REPO = "https://github.com/yourorg/tenants.git";

function tableRow(id: string, namespace: string, rest: Partial<TableRow> = {}): TableRow {
  return {
    tenant_id: id,
    enabled: true,
    namespace,
    target_cluster: "in-cluster",
    repo_url: REPO,
    repo_path: `tenants/${id}`,
    labels: null,
    params: null,
    ...rest,
  };
}

const region = (name: string): Map<string, string> => new Map([["region", name]]);

/** acme, beta and epsilon are enabled; delta's `enabled` is null, gamma's false. */
export const FIXTURE: readonly TableRow[] = [
  tableRow("acme", "tn-acme", {
    labels: new Map([
      ["tier", "gold"],
      ["region", "ca-central-1"],
    ]),
    params: new Map([
      ["kafkaTopic", "acme.events"],
      ["mskCluster", "primary"],
    ]),
  }),
  tableRow("beta", "tn-beta", { target_cluster: "prod-eu", labels: region("eu-west-1") }),
  tableRow("delta", "tn-delta", { enabled: null, labels: region("ca-central-1") }),
  tableRow("epsilon", "tn-eps", { repo_path: "tenants/eps", params: new Map([["replicas", "3"]]) }),
  tableRow("gamma", "tn-gamma", { enabled: false, labels: region("ca-central-1") }),
];

export const numberedRow = (number: number): TableRow => tableRow(`t-${number}`, `tn-${number}`);

/** What a store gives for a table's row. */
export function rowOf(row: TableRow): TenantRow {
  const { tenant_id, enabled, namespace, target_cluster, repo_url, repo_path, labels, params } = row;
  return {
    tenantId: tenant_id,
    enabled: enabled ?? false,
    namespace: namespace ?? "",
    targetCluster: target_cluster ?? "",
    repoUrl: repo_url ?? "",
    repoPath: repo_path ?? "",
    labels: Object.fromEntries(labels ?? []),
    params: Object.fromEntries(params ?? []),
  };
}
