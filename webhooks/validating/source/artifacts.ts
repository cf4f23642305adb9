// S3: content is made by the platform's controllers, out of sources of the own namespace.
// An ExternalArtifact is its status, which consumers fetch whatever it says; a generator reads its sources with the controller's rights.
import { own } from "../../json.ts";
import { isController, isDeputy } from "../../principal.ts";
import { at, foreignNamespace, itemsOf, objectAt } from "../fields.ts";
import { ARTIFACT_GENERATORS, EXTERNAL_ARTIFACTS, HELM_CHARTS } from "../resource.ts";
import type { Rule } from "../rule.ts";

export const artifacts: Rule = {
  id: "S3",
  name: "artifacts",
  resources: [EXTERNAL_ARTIFACTS, HELM_CHARTS, ARTIFACT_GENERATORS],
  check(request, _facts, policy) {
    const { object, resource, user } = request;
    if (resource.resource === EXTERNAL_ARTIFACTS.resource) {
      if (isController(policy, user) && !isDeputy(user)) return [];
      const remedy = "use a source that source-controller fetches";
      return [
        { field: "kind", found: "ExternalArtifact", allowed: "none but what the platform's controllers make", remedy },
      ];
    }
    const remedy = "use a source of the own namespace";
    if (resource.resource === HELM_CHARTS.resource) {
      const { value, wrong } = objectAt(at(object, "spec", "sourceRef"), "spec.sourceRef");
      return [...wrong, ...foreignNamespace("spec.sourceRef.namespace", own(value, "namespace"), request, remedy)];
    }
    const { items, wrong } = itemsOf(at(object, "spec", "sources"), "spec.sources");
    const foreign = items.map(([field, item]) =>
      foreignNamespace(`${field}.namespace`, own(item, "namespace"), request, remedy),
    );
    return [...wrong, ...foreign.flat()];
  },
};
