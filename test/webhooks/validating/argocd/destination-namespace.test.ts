import { destinationNamespace } from "../../../../webhooks/validating/argocd/destination-namespace.ts";
import { BASELINE, foreignRows, type Given, NO_OBJECTS, rowsFor, testRule } from "../../../helpers/rule-table.ts";

const FIELD = "spec.destination.namespace";
const to = (namespace: unknown, rest: Given = {}): Given => ({
  spec: { destination: { name: "in-cluster", namespace } },
  ...rest,
});
const SETS = { policy: { tenantNamespaceSets: true } };

testRule(destinationNamespace, "Application", {
  allowed: [
    ["its own", to("tenant-a")],
    ["another namespace of the same tenant where these are joined", to("tenant-a-too", SETS)],
  ],
  denied: [
    ["none", to(undefined), FIELD],
    ["null", to(null), FIELD],
    ["an empty one", to(""), FIELD],
    ["none in baseline", to(undefined, BASELINE), FIELD],
    ["another tenant's in baseline", to("tenant-b", BASELINE), FIELD],
    ["another namespace of the same tenant where these are not joined", to("tenant-a-too"), FIELD],
    ["another tenant's where a tenant's are joined", to("tenant-b", SETS), FIELD],
    ["an empty one where the request has no namespace", to("", { request: { namespace: "" } }), FIELD],
    ["no destination", { spec: { destination: undefined } }, FIELD],
    ["no spec", { spec: null }, FIELD],
    ...rowsFor(
      NO_OBJECTS,
      (destination) => ({ spec: { destination } }),
      (what) => `${what} as destination`,
      FIELD,
    ),
    ...foreignRows("namespace", to, FIELD),
  ],
});
