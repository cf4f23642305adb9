// H5: a HelmRelease does not create namespaces: they are the platform's to create, with the labels that belong to them.

import { own } from "../../json.ts";
import { isStrict } from "../../scope.ts";
import { at, objectAt, strictOnly, wrongType } from "../fields.ts";
import { HELM_RELEASES } from "../resource.ts";
import type { Rule } from "../rule.ts";

const FIELD = "spec.install.createNamespace";

export const createNamespace: Rule = {
  id: "H5",
  name: "create-namespace",
  resources: [HELM_RELEASES],
  check({ object, namespace }, facts, policy) {
    const install = objectAt(at(object, "spec", "install"), "spec.install");
    const found = own(install.value, "createNamespace") ?? false;
    if (found === false) return install.wrong;
    if (found !== true) return [wrongType(FIELD, found, "false")];
    const violation = { field: FIELD, found, allowed: "false", remedy: "leave it out: the namespace is there already" };
    return strictOnly([violation], isStrict(namespace, facts, policy));
  },
};
