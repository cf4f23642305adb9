// `landlord tenant add`: a new row. One that is there is not overwritten.
import { type Command, textOf } from "../command.ts";
import { OUTPUT, show } from "../output.ts";
import { COLUMNS, DRY_RUN, FIELDS, withFields } from "./fields.ts";

export const add: Command = {
  name: "tenant add",
  summary: "Add a tenant to the registry.",
  arguments: [{ name: "tenantId", about: "the tenant's id" }],
  options: [...FIELDS, DRY_RUN, OUTPUT],
  async run(given, { withRegistry, signal, out, error }) {
    const tenantId = textOf(given, "tenantId");
    const empty = { namespace: "", targetCluster: "", repoUrl: "", repoPath: "", labels: {}, params: {} };
    const row = withFields({ tenantId, enabled: true, ...empty }, given);
    const isThere = await withRegistry(async (store) => {
      if ((await store.get(tenantId, signal)) !== undefined) return true;
      if (given["dryRun"] !== true) await store.put(row, signal);
      return false;
    });
    if (isThere) {
      error(`landlord: tenant ${tenantId} is there already: landlord tenant set changes it`);
      return 1;
    }
    out(show(given, row, COLUMNS));
    return 0;
  },
};
