// K10: an object does not put labels or annotations on others that say whose they are or what is allowed to them.
// They are written after everything else, so that they would overwrite what owners, policies and Pod Security go by.
import { OWN_PREFIX } from "../../../src/model/labels.ts";
import { isListedKey, type Policy } from "../../policy.ts";
import { at, objectAt } from "../fields.ts";
import { HELM_RELEASES, KUSTOMIZATIONS } from "../resource.ts";
import type { Rule, Violation } from "../rule.ts";

/** The keys that no object may put on others, beside those that the policy names. A "/" at the end: all that begin so. */
const RESERVED_KEYS: readonly string[] = [
  "toolkit.fluxcd.io/",
  "kustomize.toolkit.fluxcd.io/",
  "helm.toolkit.fluxcd.io/",
  "sharding.fluxcd.io/",
  "pod-security.kubernetes.io/",
  "kubernetes.io/metadata.name",
  OWN_PREFIX,
];
/** Where an object says what metadata others get. */
export const PLACES = [
  ["spec", "commonMetadata"],
  ["spec", "chart", "metadata"],
] as const;

export const reservedMetadata: Rule = {
  id: "K10",
  name: "reserved-metadata",
  resources: [KUSTOMIZATIONS, HELM_RELEASES],
  check({ object }, _facts, policy) {
    const reserved = reservedKeys(policy);
    return PLACES.flatMap((place) => {
      const { value, wrong } = objectAt(at(object, ...place), place.join("."));
      const maps = ["labels", "annotations"].map((key) =>
        mapViolations(at(value, key), [...place, key].join("."), reserved),
      );
      return [...wrong, ...maps.flat()];
    });
  },
};

/** All keys that no object may put on others. */
export function reservedKeys({ protectedKeys, tenantLabels, shardLabels }: Policy): string[] {
  return [...RESERVED_KEYS, ...protectedKeys, ...tenantLabels, ...shardLabels];
}

function mapViolations(map: unknown, field: string, reserved: readonly string[]): Violation[] {
  const { value, wrong } = objectAt(map, field);
  const bad = Object.keys(value ?? {}).filter((key) => isListedKey(key, reserved));
  const remedy = "use a key of your own domain";
  return [...wrong, ...bad.map((key) => ({ field: `${field}[${key}]`, found: value?.[key], allowed: "none", remedy }))];
}
