// H3: what Helm remembers of a release is kept in the HelmRelease's own namespace: it is Secrets, and Helm acts on what it finds there.
import { at, foreignNamespace } from "../fields.ts";
import { HELM_RELEASES } from "../resource.ts";
import type { Rule } from "../rule.ts";

export const storageNamespace: Rule = {
  id: "H3",
  name: "storage-namespace",
  resources: [HELM_RELEASES],
  check(request) {
    const found = at(request.object, "spec", "storageNamespace");
    return foreignNamespace("spec.storageNamespace", found, request, "leave it out");
  },
};
