// K3b: an object is applied to another cluster only with a kubeconfig that the platform has allowed, by the name of its Secret.
import { own } from "../../json.ts";
import { anyOf, at } from "../fields.ts";
import { HELM_RELEASES, KUSTOMIZATIONS } from "../resource.ts";
import type { Rule } from "../rule.ts";

export const kubeConfigSecret: Rule = {
  id: "K3b",
  name: "kube-config-secret",
  resources: [KUSTOMIZATIONS, HELM_RELEASES],
  check({ object, namespace }, _facts, { allowedKubeConfigSecrets }) {
    const secretRef = at(object, "spec", "kubeConfig", "secretRef");
    if (secretRef === undefined || secretRef === null) return [];
    const names = allowedKubeConfigSecrets.get(namespace) ?? [];
    const found = own(secretRef, "name");
    if (typeof found === "string" && names.includes(found)) return [];
    const remedy = "leave kubeConfig out, or ask the platform to allow the Secret";
    return [{ field: "spec.kubeConfig.secretRef.name", found, allowed: anyOf(names), remedy }];
  },
};
