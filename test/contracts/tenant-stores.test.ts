// The promises of every tenant store. New stores are covered by being in the list; here it is told how each is made with given rows.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { systemClock } from "../../src/model/clock.ts";
import { type TenantStoreName, tenantStores } from "../../src/tenants/index.ts";
import { cqlTable } from "../helpers/cql-table.ts";
import { keyspacesOptions, openDatabase } from "../helpers/keyspaces.ts";
import { createTestLog } from "../helpers/log.ts";
import { scratch } from "../helpers/scratch.ts";
import { type OpenStore, tenantStoreContract } from "../helpers/tenant-store-contract.ts";

const open: Record<TenantStoreName, OpenStore> = {
  async file(t, rows) {
    const path = join(await scratch(t), "tenants.yaml");
    const tenants = rows.map(({ tenant_id, target_cluster, repo_url, repo_path, labels, params, ...rest }) => ({
      ...rest,
      tenantId: tenant_id,
      targetCluster: target_cluster,
      repoUrl: repo_url,
      repoPath: repo_path,
      labels: labels === null ? null : Object.fromEntries(labels),
      params: params === null ? null : Object.fromEntries(params),
    }));
    await writeFile(path, JSON.stringify({ tenants })); // JSON is YAML
    const store = tenantStores.file({ path, clock: systemClock, log: createTestLog().log, timing: { settleMs: 1 } });
    t.after(() => store.close());
    return store;
  },
  async keyspaces(t, rows) {
    const database = await openDatabase(t, cqlTable(rows));
    const store = tenantStores.keyspaces({ ...keyspacesOptions(database.port), log: createTestLog().log });
    t.after(() => store.close());
    return store;
  },
};

for (const [name, openStore] of Object.entries(open)) tenantStoreContract(name, openStore);
