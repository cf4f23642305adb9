// Tenants by the thousand in the sandbox's table.
import type { Cassandra } from "../sandbox/cassandra/node.ts";

/** Rows of one statement, and statements at once: Cassandra refuses batches of 50 KiB. */
const BATCH = 25;
const AT_ONCE = 16;
const COLUMNS = "tenant_id, enabled, namespace, target_cluster, repo_url, repo_path, labels, params";
const INSERT = `INSERT INTO tenant_ops.tenant_configs (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?);`;

/** Tenants `from` (inclusive) to `to` (exclusive); both are multiples of 1,000. */
export async function fill({ cql }: Pick<Cassandra, "cql">, from: number, to: number): Promise<void> {
  const statement = `BEGIN UNLOGGED BATCH ${INSERT.repeat(BATCH)} APPLY BATCH`;
  let next = from;
  const work = async (): Promise<void> => {
    while (next < to) {
      const first = next;
      next += BATCH;
      await cql(statement, Array.from({ length: BATCH }, (_, index) => cells(first + index)).flat());
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

function cells(index: number): unknown[] {
  const id = `tenant-${String(index).padStart(6, "0")}`;
  return [
    id,
    true,
    `tn-${id}`,
    "in-cluster",
    "https://github.com/yourorg/tenants.git",
    `tenants/${id}`,
    { tier: index % 3 === 0 ? "gold" : "silver", region: "ca-central-1" },
    { kafkaTopic: `${id}.events`, mskCluster: "primary" },
  ];
}
