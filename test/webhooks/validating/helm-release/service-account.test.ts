import { serviceAccount } from "../../../../webhooks/validating/helm-release/service-account.ts";
import { BASELINE, foreignRows, type Given, testRule } from "../../../helpers/rule-table.ts";

const FIELD = "spec.serviceAccountName";
const named = (serviceAccountName: unknown, rest: Given = {}): Given => ({ spec: { serviceAccountName }, ...rest });
const FALLBACK = { profile: "baseline", defaultServiceAccount: "default" } as const;
const LISTED = { serviceAccounts: new Map([["tenant-a", ["deployer"]]]) };

testRule(serviceAccount, "HelmRelease", {
  allowed: [
    ["the ServiceAccount that is named after the namespace", named("tenant-a")],
    ["the one that the policy lists", named("deployer", { policy: LISTED })],
    ["no name where the controllers fall back to one, baseline", named(undefined, { policy: FALLBACK })],
  ],
  denied: [
    ["no name", named(undefined), FIELD],
    ["null", named(null), FIELD],
    ["an empty name", named(""), FIELD],
    ["no name in baseline without a fall-back", named(undefined, BASELINE), FIELD],
    [
      "no name in strict in spite of a fall-back",
      named(undefined, { policy: { defaultServiceAccount: "default" } }),
      FIELD,
    ],
    [
      "no name where the fall-back is no tenant's",
      named(undefined, { policy: FALLBACK, request: { namespace: "plain" } }),
      FIELD,
    ],
    ["a wrong name in spite of a fall-back", named("default", { policy: FALLBACK }), FIELD],
    ["a controller's account", named("helm-controller"), FIELD],
    ["its own where the policy lists another", named("tenant-a", { policy: LISTED }), FIELD],
    ["any name in an unknown namespace", named("unheard-of", { request: { namespace: "unheard-of" } }), FIELD],
    ["no spec", { spec: null }, FIELD],
    ["a spec that is a list", { spec: ["tenant-a"] }, FIELD],
    ...foreignRows("ServiceAccount", named, FIELD),
  ],
});
