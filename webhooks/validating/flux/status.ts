// K13: the status of an object is written by the platform's controllers alone.
// Controllers read it back as input: the artifact of a source is content, the inventory of a Kustomization is what gets deleted.
import { isController } from "../../principal.ts";
import { anyOf } from "../fields.ts";
import { APPLICATION_SETS, APPLICATIONS, FLUX_RESOURCES } from "../resource.ts";
import type { Rule } from "../rule.ts";

export const status: Rule = {
  id: "K13",
  name: "status",
  resources: [...FLUX_RESOURCES, APPLICATIONS, APPLICATION_SETS],
  subResources: ["status"],
  judgesChange: true,
  check({ user }, _facts, policy) {
    if (isController(policy, user)) return [];
    const remedy = "leave the status to the controllers; a platform admin may add a controller to the policy";
    return [{ field: "status", found: user.username, allowed: anyOf([...policy.controllers]), remedy }];
  },
};
