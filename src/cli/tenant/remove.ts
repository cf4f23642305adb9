// `landlord tenant remove`: takes a row out. Argo CD then deletes the tenant's Application: disabling is the milder way.
import { type Command, textOf } from "../command.ts";
import { DRY_RUN } from "./fields.ts";

export const remove: Command = {
  name: "tenant remove",
  summary: "Remove a tenant from the registry. Its Application is deleted then; `tenant set --disable` keeps the row.",
  arguments: [{ name: "tenantId", about: "the tenant's id" }],
  options: [DRY_RUN],
  async run(given, { withRegistry, signal, out, error }) {
    const tenantId = textOf(given, "tenantId");
    const dryRun = given["dryRun"] === true;
    const removed = await withRegistry(async (store) =>
      dryRun ? (await store.get(tenantId, signal)) !== undefined : await store.remove(tenantId, signal),
    );
    if (!removed) {
      error(`landlord: tenant ${JSON.stringify(tenantId)} is not in the registry`);
      return 1;
    }
    out(`tenant ${tenantId} ${dryRun ? "would be removed" : "removed"}`);
    return 0;
  },
};
