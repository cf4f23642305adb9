// `landlord tenant check`: looks at every row and names each fault with its column.
import type { Command } from "../command.ts";
import { OUTPUT, show } from "../output.ts";

interface Fault {
  tenantId: string;
  column: string;
  message: string;
}

export const check: Command = {
  name: "tenant check",
  summary: "Check every row of the registry; exit code 1 if one is wrong.",
  options: [OUTPUT],
  async run(given, { withRegistry, signal, out, error }) {
    const faults: Fault[] = [];
    let rows = 0;
    await withRegistry(async (store) => {
      for await (const row of store.scan(signal)) {
        rows++;
        if (!row.ok) faults.push(...row.bad.faults.map((fault) => ({ tenantId: row.bad.tenantId, ...fault })));
      }
    });
    out(
      show(given, faults.toSorted(byTenant), [
        ["TENANT", ({ tenantId }) => tenantId || "(unknown)"],
        ["COLUMN", ({ column }) => column],
        ["FAULT", ({ message }) => message],
      ]),
    );
    error(`${rows} rows, ${new Set(faults.map(({ tenantId }) => tenantId)).size} of them wrong`);
    return faults.length === 0 ? 0 : 1;
  },
};

const byTenant = (a: Fault, b: Fault): number => (a.tenantId < b.tenantId ? -1 : Number(a.tenantId > b.tenantId));
