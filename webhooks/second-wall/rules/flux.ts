// The rules that Flux's kinds have in common, in CEL.
import { anyOf as anyOfNames } from "../../validating/fields.ts";
import { dependsOn } from "../../validating/flux/depends-on.ts";
import { kubeConfig } from "../../validating/flux/kube-config.ts";
import { kubeConfigSecret } from "../../validating/flux/kube-config-secret.ts";
import { PLACES, reservedKeys, reservedMetadata } from "../../validating/flux/reserved-metadata.ts";
import { shard } from "../../validating/flux/shard.ts";
import { status } from "../../validating/flux/status.ts";
import { all, at, isListed, text, valueOf } from "../cel.ts";
import {
  anyOf,
  each,
  eachKey,
  isBadName,
  isForeign,
  NONE,
  noObject,
  noObjects,
  OWN,
  together,
  when,
} from "../finding.ts";
import { IS_CONTROLLER, KUBE_CONFIG_SECRETS, SHARDS, USERNAME } from "../variables.ts";
import type { WallRule } from "../wall-rule.ts";

const KUBE_CONFIG = at("spec.kubeConfig");
const SECRET = `${KUBE_CONFIG}.?secretRef`;
const CONFIG_MAP = `${KUBE_CONFIG}.?configMapRef`;
const DEPENDENCIES = { optional: at("spec.dependsOn"), path: "spec.dependsOn" };
/** Where an object says what metadata others get. */
const METADATA = PLACES.map((place) => place.join("."));
const MAPS = METADATA.flatMap((path) => [`${path}.labels`, `${path}.annotations`]);

export const fluxWall: readonly WallRule[] = [
  {
    rule: kubeConfig,
    findings: () =>
      together(
        when(`${valueOf(CONFIG_MAP)} != null`, {
          field: text("spec.kubeConfig.configMapRef"),
          found: valueOf(CONFIG_MAP),
          allowed: NONE,
          remedy: "leave kubeConfig out: the object is applied to this cluster",
        }),
        when(all(`${valueOf(KUBE_CONFIG)} != null`, `${valueOf(CONFIG_MAP)} == null`, `${valueOf(SECRET)} == null`), {
          field: text("spec.kubeConfig"),
          found: valueOf(KUBE_CONFIG),
          allowed: text("none, or an allowed secretRef"),
          remedy: "leave kubeConfig out: the object is applied to this cluster",
        }),
      ),
  },
  {
    rule: kubeConfigSecret,
    findings: () =>
      when(`${valueOf(SECRET)} != null && !(${valueOf(`${SECRET}.?name`)} in ${KUBE_CONFIG_SECRETS})`, {
        field: text("spec.kubeConfig.secretRef.name"),
        found: valueOf(`${SECRET}.?name`),
        allowed: anyOf(KUBE_CONFIG_SECRETS),
        remedy: "leave kubeConfig out, or ask the platform to allow the Secret",
      }),
  },
  {
    rule: dependsOn,
    findings: () =>
      together(
        noObjects(DEPENDENCIES),
        each(
          DEPENDENCIES,
          (item) => isBadName(`${item}.?name`),
          (item) => ({
            field: ".name",
            found: valueOf(`${item}.?name`),
            allowed: text("a DNS-1123 subdomain"),
            remedy: "give the other object's metadata.name",
          }),
        ),
        each(
          DEPENDENCIES,
          (item) => isForeign(`${item}.?namespace`),
          (item) => ({
            field: ".namespace",
            found: valueOf(`${item}.?namespace`),
            allowed: OWN,
            remedy: "depend on objects of the own namespace only",
          }),
        ),
      ),
  },
  {
    rule: reservedMetadata,
    findings(policy) {
      const reserved = reservedKeys(policy);
      return together(
        ...[...METADATA, ...MAPS].map(noObject),
        ...MAPS.map((path) =>
          eachKey(
            { optional: at(path), path },
            (key) => isListed(key, reserved),
            (_, value) => ({
              found: value,
              allowed: NONE,
              remedy: "use a key of your own domain",
            }),
          ),
        ),
      );
    },
  },
  {
    rule: shard,
    findings: ({ shardLabels }) =>
      eachKey(
        { optional: at("metadata.labels"), path: "metadata.labels" },
        (key, value) => `${isListed(key, shardLabels)} && !(${value} in ${SHARDS})`,
        (_, found) => ({
          found,
          allowed: anyOf(SHARDS),
          remedy: "take the label off; the platform decides which controller serves the namespace",
        }),
      ),
  },
  {
    rule: status,
    findings: ({ controllers }) =>
      when(`!${IS_CONTROLLER}`, {
        field: text("status"),
        found: USERNAME,
        allowed: text(anyOfNames([...controllers])),
        remedy: "leave the status to the controllers; a platform admin may add a controller to the policy",
      }),
  },
];
