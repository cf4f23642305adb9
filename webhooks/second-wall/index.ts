// The second wall: the policy as objects by which kube-apiserver judges alone, for the time that Landlord is away.
import { type PolicyObject, policyObjects, type WallOptions } from "./policy-objects.ts";
import { wallRules } from "./rules/index.ts";
import type { WallRule } from "./wall-rule.ts";
import { type Wall, walls } from "./walls.ts";

/** Policies and bindings, in a fixed order: the same policy gives the same objects. */
export function secondWall(options: WallOptions): PolicyObject[] {
  return walls.flatMap((wall) => policyObjects(wall, wallRules.filter(isOf(wall)), options));
}

/** Ids of the rules that are in the wall under a policy, in order, each once. */
export function wallRuleIds({ policy }: Pick<WallOptions, "policy">): string[] {
  const ids = wallRules.filter(({ findings }) => findings(policy) !== undefined).map(({ rule }) => rule.id);
  return [...new Set(ids)];
}

function isOf(wall: Wall): (rule: WallRule) => boolean {
  return ({ rule: { everywhere = false, subResources = [""] } }) =>
    everywhere === wall.everywhere && subResources.join() === wall.subResources.join();
}
