// K11: a tenant does not choose the controller that acts on its objects: another shard may run with other flags.
import { isListedKey } from "../../policy.ts";
import { anyOf, at, objectAt } from "../fields.ts";
import { FLUX_RESOURCES } from "../resource.ts";
import type { Rule } from "../rule.ts";

export const shard: Rule = {
  id: "K11",
  name: "shard",
  resources: FLUX_RESOURCES,
  check({ object, namespace }, _facts, { shardLabels, allowedShards }) {
    const { value = {}, wrong } = objectAt(at(object, "metadata", "labels"), "metadata.labels");
    const values = allowedShards.get(namespace) ?? [];
    const bad = Object.entries(value).filter(
      ([key, found]) => isListedKey(key, shardLabels) && !(typeof found === "string" && values.includes(found)),
    );
    const remedy = "take the label off; the platform decides which controller serves the namespace";
    return [
      ...wrong,
      ...bad.map(([key, found]) => ({ field: `metadata.labels[${key}]`, found, allowed: anyOf(values), remedy })),
    ];
  },
};
