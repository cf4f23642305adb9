// The rules about Flux Kustomizations alone, in CEL.
import { decryption } from "../../validating/kustomization/decryption.ts";
import { healthChecks } from "../../validating/kustomization/health-checks.ts";
import { legacyPatches } from "../../validating/kustomization/legacy-patches.ts";
import { serviceAccount } from "../../validating/kustomization/service-account.ts";
import { SOURCE_KINDS, sourceRef } from "../../validating/kustomization/source-ref.ts";
import { substitute } from "../../validating/kustomization/substitute.ts";
import { targetNamespace } from "../../validating/kustomization/target-namespace.ts";
import { accountFindings } from "../account.ts";
import { all, any, at, type Cel, isUnset, text, valueOf } from "../cel.ts";
import { each, eachKey, isForeign, mapOf, NONE, noObject, noObjects, noText, OWN, together, when } from "../finding.ts";
import { sourceFindings } from "../source-reference.ts";
import { ACCOUNTS, IS_STRICT, isOwn } from "../variables.ts";
import type { WallRule } from "../wall-rule.ts";

const TARGET = at("spec.targetNamespace");
const DECRYPTION = at("spec.decryption");
const VARIABLES = { optional: at("spec.postBuild.substitute"), path: "spec.postBuild.substitute" };
const HEALTH_CHECKS = { optional: at("spec.healthChecks"), path: "spec.healthChecks" };
const IDENTIFIER = text("^[A-Za-z_][A-Za-z0-9_]*$");
const BAD_KEY = {
  field: text(VARIABLES.path),
  found: "k",
  allowed: text("names of letters, digits and _, not beginning with a digit"),
  remedy: "rename the variable",
};
const BREAK = text(String.raw`[\x00\r\x{85}\x{2028}\x{2029}]`);

export const kustomizationWall: readonly WallRule[] = [
  { rule: serviceAccount, findings: accountFindings },
  {
    rule: targetNamespace,
    findings(policy) {
      const isLeftOut = `(!${IS_STRICT} && ${valueOf(TARGET)} == null)`;
      const remedy = "set it to the Kustomization's own namespace";
      const what = { field: text("spec.targetNamespace"), found: valueOf(TARGET), allowed: OWN, remedy };
      return when(`!(${isLeftOut} || ${isOwn(valueOf(TARGET), policy)})`, what);
    },
  },
  {
    rule: sourceRef,
    findings: (policy) => sourceFindings({ path: "spec.sourceRef", kinds: SOURCE_KINDS }, policy),
  },
  {
    rule: healthChecks,
    findings: () =>
      together(
        noObjects(HEALTH_CHECKS),
        each(HEALTH_CHECKS, isForeignCheck, (item) => ({
          field: ".namespace",
          found: valueOf(`${item}.?namespace`),
          allowed: OWN,
          remedy: "check objects of the own namespace only",
        })),
      ),
  },
  {
    rule: substitute,
    findings: () =>
      together(
        noObject("spec.postBuild"),
        noObject(VARIABLES.path),
        `(${IS_STRICT} ? ${VARIABLES.optional}.orValue({}) : {}).filter(k, !k.matches(${IDENTIFIER})).map(k, ${mapOf(BAD_KEY)})`,
        // values are not shown: people put secrets there
        eachKey(
          VARIABLES,
          (_, value) =>
            `(${IS_STRICT} || !(type(${value}) == string)) && !(type(${value}) == string && !${value}.matches(${BREAK}))`,
          (_, value) => ({
            found: value,
            shown: `(type(${value}) == string ? "a text with a line break" : "no text")`,
            allowed: text("a string without carriage return, U+0085, U+2028, U+2029 and NUL"),
            remedy: "keep the value on one line",
          }),
        ),
      ),
  },
  {
    rule: decryption,
    findings() {
      const account = `${DECRYPTION}.?serviceAccountName`;
      const isKeyless = `${isUnset(account)} && ${isUnset(`${DECRYPTION}.?secretRef.?name`)}`;
      return together(
        noObject("spec.decryption"),
        noObject("spec.decryption.secretRef"),
        noText("spec.decryption.secretRef.name"),
        noText("spec.decryption.serviceAccountName"),
        when(`${IS_STRICT} && !${isUnset(account)} && !(${valueOf(account)} in ${ACCOUNTS})`, {
          field: text("spec.decryption.serviceAccountName"),
          found: valueOf(account),
          allowed: text("one of its own"),
          remedy: "name a ServiceAccount that the namespace is allowed to use",
        }),
        when(`${IS_STRICT} && ${valueOf(DECRYPTION)} != null && ${isKeyless}`, {
          field: text("spec.decryption"),
          found: valueOf(DECRYPTION),
          allowed: text("secretRef or serviceAccountName set"),
          remedy: "name a Secret or a ServiceAccount of the own namespace that holds the key",
        }),
      );
    },
  },
  {
    rule: legacyPatches,
    findings: () =>
      together(
        ...["spec.patchesJson6902", "spec.patchesStrategicMerge"].map((path) => {
          const found = valueOf(at(path));
          const what = { field: text(path), found, allowed: NONE, remedy: "use spec.patches" };
          return when(`${IS_STRICT} && ${found} != null`, what);
        }),
      ),
  },
];

/** What is no text denies in both profiles. */
function isForeignCheck(item: Cel): Cel {
  const namespace = `${item}.?namespace`;
  return all(any(IS_STRICT, `!(type(${valueOf(namespace)}) == string)`), isForeign(namespace));
}
