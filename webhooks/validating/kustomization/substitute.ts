// K8: values that are substituted into manifests cannot break out of the line they are put into.
// Substitution is a replacement of text in YAML, which takes more characters for the end of a line than the controller takes out.
import { isStrict } from "../../scope.ts";
import { at, objectAt, strictOnly } from "../fields.ts";
import { KUSTOMIZATIONS } from "../resource.ts";
import type { Rule, Violation } from "../rule.ts";

/** What the controller takes for a variable. */
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Line breaks of YAML 1.1 other than the line feed, which the controller strips, and NUL. */
// oxlint-disable-next-line no-control-regex -- control characters are what it is about
const BREAK = /[\0\r\u0085\u2028\u2029]/;
const FIELD = "spec.postBuild.substitute";

export const substitute: Rule = {
  id: "K8",
  name: "substitute",
  resources: [KUSTOMIZATIONS],
  check({ object, namespace }, facts, policy) {
    const postBuild = objectAt(at(object, "spec", "postBuild"), "spec.postBuild");
    const { value, wrong } = objectAt(at(object, "spec", "postBuild", "substitute"), FIELD);
    const denies = isStrict(namespace, facts, policy);
    const bad = Object.entries(value ?? {}).flatMap(([key, text]) => [
      ...strictOnly(badKey(key), denies),
      ...strictOnly(badValue(key, text), denies || typeof text !== "string"),
    ]);
    return [...postBuild.wrong, ...wrong, ...bad];
  },
};

function badKey(key: string): Violation[] {
  if (IDENTIFIER.test(key)) return [];
  const allowed = "names of letters, digits and _, not beginning with a digit";
  return [{ field: FIELD, found: key, allowed, remedy: "rename the variable" }];
}

/** Values are not shown: people put secrets there. */
function badValue(key: string, value: unknown): Violation[] {
  const allowed = "a string without carriage return, U+0085, U+2028, U+2029 and NUL";
  if (typeof value === "string" && !BREAK.test(value)) return [];
  const shown = typeof value === "string" ? "a text with a line break" : "no text";
  return [{ field: `${FIELD}[${key}]`, found: value, shown, allowed, remedy: "keep the value on one line" }];
}
