// `landlord tenant show`: one tenant's row.
import { type Command, textOf } from "../command.ts";
import { OUTPUT, show as shown } from "../output.ts";
import { COLUMNS } from "./fields.ts";

export const show: Command = {
  name: "tenant show",
  summary: "Show one tenant.",
  arguments: [{ name: "tenantId", about: "the tenant's id" }],
  options: [OUTPUT],
  async run(given, { withRegistry, signal, out, error }) {
    const tenantId = textOf(given, "tenantId");
    const found = await withRegistry((store) => store.get(tenantId, signal));
    if (found === undefined) {
      error(`landlord: tenant ${JSON.stringify(tenantId)} is not in the registry`);
      return 1;
    }
    if (!found.ok) {
      for (const { column, message } of found.bad.faults) error(`landlord: tenant ${tenantId}: ${column}: ${message}`);
      return 1;
    }
    out(shown(given, found.row, [...COLUMNS, ["PARAMS", (row) => Object.keys(row.params).toSorted().join(",")]]));
    return 0;
  },
};
