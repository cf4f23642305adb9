// Whose rights an object is applied with, in CEL: for Kustomizations and HelmReleases.
import type { Policy } from "../policy.ts";
import { all, at, type Cel, isUnset, text, valueOf } from "./cel.ts";
import { anyOf, together, when } from "./finding.ts";
import { ACCOUNTS, IS_STRICT, IS_TENANTS } from "./variables.ts";

const ACCOUNT = at("spec.serviceAccountName");
const FOUND = valueOf(ACCOUNT);

/** What is wrong with `spec.serviceAccountName`. In baseline it may be left out where the controllers have a default. */
export function accountFindings({ defaultServiceAccount, tenantLabels }: Policy): Cel {
  const isNotAllowed = `!(${FOUND} in ${ACCOUNTS})`;
  const mayBeDefault = all(`!${IS_STRICT}`, isUnset(ACCOUNT));
  const what = { field: text("spec.serviceAccountName"), found: FOUND };
  return together(
    when(all(IS_TENANTS, isNotAllowed, ...(defaultServiceAccount === "" ? [] : [`!${mayBeDefault}`])), {
      ...what,
      allowed: anyOf(ACCOUNTS),
      remedy: "name the ServiceAccount that applies it; without one it would run with the controller's own rights",
    }),
    when(`!${IS_TENANTS}`, {
      ...what,
      allowed: `"none, since namespace " + strings.quote(request.namespace) + " is no tenant's"`,
      remedy: `have the platform label the Namespace ${tenantLabels[0] ?? ""}=<tenant>, or use a tenant's namespace`,
    }),
  );
}
