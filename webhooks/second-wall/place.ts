// Where no field is at fault, the namespace may be: it must be a tenant's, and not on its way out. In CEL.
import type { Policy } from "../policy.ts";
import { all, any, type Cel, list } from "./cel.ts";
import { onlyWarns } from "./exceptions.ts";
import { IS_TENANTS, IS_UNCHANGED } from "./variables.ts";

/** An entry of a policy's `validations`. */
export interface Validation {
  expression: Cel;
  reason: "Forbidden";
  /** Told where the message's expression fails. */
  message: string;
  messageExpression: Cel;
}

/** `findings`: names of the variables that hold what the rules have found, which is told first. */
export function placeValidations(findings: readonly string[], policy: Policy): Validation[] {
  const isFoundElsewhere = findings.map((name) => `variables.${name}.size() > 0`);
  const isLeaving = any(
    "namespaceObject.metadata.?deletionTimestamp.hasValue()",
    `request.namespace in ${list(policy.tenantsBeingDeleted)}`,
  );
  const isNobodys = `!${IS_TENANTS}`;
  return [
    place("unknown-namespace", {
      excuses: isFoundElsewhere,
      bad: isNobodys,
      words: "is neither a tenant's nor the platform's; have the platform label it, or use a tenant's namespace",
    }),
    place("terminating-namespace", {
      excuses: [...isFoundElsewhere, isNobodys],
      bad: all(`request.operation == "CREATE"`, isLeaving),
      words: "is being deleted; nothing new is admitted there",
    }),
  ];

  function place(
    id: string,
    { excuses, bad, words }: { excuses: readonly Cel[]; bad: Cel; words: string },
  ): Validation {
    return {
      expression: any(IS_UNCHANGED, ...excuses, ...[onlyWarns(id, policy) ?? []].flat(), `!${bad}`),
      reason: "Forbidden",
      message: `the namespace ${words}`,
      messageExpression: `"namespace " + strings.quote(request.namespace) + " ${words}"`,
    };
  }
}
