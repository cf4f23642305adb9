// K3: no object has the controller itself log in to an address of the tenant's choice.
// A kubeConfig by ConfigMap makes the controller send a token of its own there; one that names nothing is not known to stay here.

import { isObject, own } from "../../json.ts";
import { at, wrongType } from "../fields.ts";
import { HELM_RELEASES, KUSTOMIZATIONS } from "../resource.ts";
import type { Rule } from "../rule.ts";

const FIELD = "spec.kubeConfig";

export const kubeConfig: Rule = {
  id: "K3",
  name: "kube-config",
  resources: [KUSTOMIZATIONS, HELM_RELEASES],
  check({ object }) {
    const found = at(object, "spec", "kubeConfig");
    if (found === undefined || found === null) return [];
    if (!isObject(found)) return [wrongType(FIELD, found, "an object with an allowed secretRef")];
    const configMap = own(found, "configMapRef") ?? undefined;
    const remedy = "leave kubeConfig out: the object is applied to this cluster";
    if (configMap !== undefined) {
      return [{ field: `${FIELD}.configMapRef`, found: configMap, allowed: "none", remedy }];
    }
    const secret = own(found, "secretRef") ?? undefined;
    return secret === undefined ? [{ field: FIELD, found, allowed: "none, or an allowed secretRef", remedy }] : [];
  },
};
