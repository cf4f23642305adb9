// What the policy lets through although a rule is against it, in CEL: single values, and rules that only warn.
import type { Policy } from "../policy.ts";
import { all, any, type Cel, literal, text } from "./cel.ts";
import { isInScope } from "./variables.ts";

/** True for a finding `v` that an exception lets through; undefined: there is none for that rule. `now`: milliseconds since 1970. */
export function isExcepted(id: string, { exceptions }: Policy, now: number): Cel | undefined {
  const alive = exceptions.filter(
    ({ rule, expiry }) => (rule === undefined || rule === id) && (expiry === undefined || now < expiry),
  );
  if (alive.length === 0) return undefined;
  return any(
    ...alive.map(({ namespace, kind, name, field, value }) =>
      all(
        `request.namespace == ${text(namespace)}`,
        `request.kind.kind == ${text(kind)}`,
        `request.name == ${text(name)}`,
        `v.field == ${text(field)}`,
        `v.found == ${literal(value)}`,
      ),
    ),
  );
}

/** True where the rule only warns, which is left to the webhook; undefined: nowhere. */
export function onlyWarns(id: string, { warnOnly }: Policy): Cel | undefined {
  const scopes = warnOnly.filter(({ rules }) => rules?.has(id) ?? true);
  return scopes.length === 0 ? undefined : any(...scopes.map((scope) => `(${isInScope(scope)})`));
}
