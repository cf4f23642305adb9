// `landlord tenant list`: every tenant of the registry, disabled ones too.
import type { TenantRow } from "../../tenants/row.ts";
import type { Command } from "../command.ts";
import { OUTPUT, show } from "../output.ts";
import { COLUMNS } from "./fields.ts";

export const list: Command = {
  name: "tenant list",
  summary: "List the tenants of the registry.",
  options: [OUTPUT],
  async run(given, { withRegistry, signal, out, error }) {
    const rows: TenantRow[] = [];
    let bad = 0;
    await withRegistry(async (store) => {
      for await (const row of store.scan(signal)) {
        if (row.ok) rows.push(row.row);
        else bad++;
      }
    });
    out(
      show(
        given,
        rows.toSorted((a, b) => (a.tenantId < b.tenantId ? -1 : 1)),
        COLUMNS,
      ),
    );
    if (bad > 0) error(`landlord: ${bad} rows are wrong and not shown: landlord tenant check tells which`);
    return 0;
  },
};
