// A rule of the second wall as one policy has it: what it finds there, and where that is no denial.
import type { Policy } from "../policy.ts";
import { any, type Cel, list } from "./cel.ts";
import { isExcepted, onlyWarns } from "./exceptions.ts";
import { IS_UNCHANGED } from "./variables.ts";
import type { WallRule } from "./wall-rule.ts";
import type { Wall } from "./walls.ts";

export interface Judged {
  id: string;
  /** All that the rule finds: the expression of the variable that has its id for a name. */
  findings: Cel;
  /** Of that what denies. */
  found: Cel;
  /** True where nothing of it denies; undefined: nowhere. */
  excuse: Cel | undefined;
}

/** One, or none where the rule is not about the wall's resources. `now`: milliseconds since 1970. */
export function judgedBy({ rule, findings }: WallRule, { resources }: Wall, policy: Policy, now: number): Judged[] {
  const { id, judgesChange = false } = rule;
  const about = resources.filter((resource) => rule.resources.includes(resource));
  const all = findings(policy);
  if (about.length === 0 || all === undefined) return [];
  const isPartial = about.length < resources.length;
  const asked = `request.resource.resource in ${list(about.map(({ resource }) => resource))}`;
  const warns = onlyWarns(id, policy);
  const excuses = [...(judgesChange ? [] : [IS_UNCHANGED]), ...(warns === undefined ? [] : [warns])];
  const excepted = isExcepted(id, policy, now);
  return [
    {
      id,
      findings: isPartial ? `(${asked} ? ${all} : [])` : all,
      found: excepted === undefined ? `variables.${id}` : `variables.${id}.filter(v, !${excepted})`,
      excuse: excuses.length === 0 ? undefined : any(...excuses),
    },
  ];
}
