// `landlord tenant set`: changes fields of a row that is there; what is not named stays as it is.
import { type Command, textOf } from "../command.ts";
import { OUTPUT, show } from "../output.ts";
import { COLUMNS, DRY_RUN, FIELDS, withFields } from "./fields.ts";

export const set: Command = {
  name: "tenant set",
  summary: "Change a tenant of the registry.",
  arguments: [{ name: "tenantId", about: "the tenant's id" }],
  options: [...FIELDS, DRY_RUN, OUTPUT],
  async run(given, { withRegistry, signal, out, error }) {
    const tenantId = textOf(given, "tenantId");
    const changed = await withRegistry(async (store) => {
      const found = await store.get(tenantId, signal);
      if (found === undefined || !found.ok) return found;
      const row = withFields(found.row, given);
      if (given["dryRun"] !== true) await store.put(row, signal);
      return { ok: true as const, row };
    });
    if (changed?.ok === true) {
      out(show(given, changed.row, COLUMNS));
      return 0;
    }
    const why =
      changed === undefined ? "is not in the registry" : "has a row that is wrong: landlord tenant check tells how";
    error(`landlord: tenant ${JSON.stringify(tenantId)} ${why}`);
    return 1;
  },
};
