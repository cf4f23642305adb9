// Judges one request by all rules that are about it: what stands against it, what the policy lets pass, and what comes of it.
import { isDeepStrictEqual } from "node:util";
import type { AdmissionRequest } from "./admission.ts";
import type { Objection } from "./denial.ts";
import { declaredFacts, type Facts } from "./facts.ts";
import { placeObjections, shapeObjections } from "./place.ts";
import type { Policy } from "./policy.ts";
import { isAdmin } from "./principal.ts";
import { isUnchanged } from "./ratchet.ts";
import { isWarnOnly } from "./scope.ts";
import type { Rule } from "./validating/rule.ts";
import { createTargets, type Target } from "./validating/targets.ts";

/** Every objection is in exactly one of the lists. */
export interface Judgement {
  /** `tolerated`: nothing that is judged changes. `exempt`: an admin asks. */
  outcome: "allowed" | "tolerated" | "exempt" | "denied";
  /** What denies, or would if it were not tolerated or exempt. */
  against: readonly Objection[];
  /** What a rule only warns of. */
  warned: readonly Objection[];
  /** What would deny if the policy did not have the rule only warn. */
  wouldDeny: readonly Objection[];
  /** What would deny but for an exception in the policy. */
  excepted: readonly Objection[];
  /** That the object's API version is deprecated; undefined if it is not. */
  deprecation: string | undefined;
}

export interface JudgeOptions {
  rules: readonly Rule[];
  facts: Facts;
  /** Asked once for each request: it may be another one the next time. */
  policy: () => Policy;
  /** Runs a rule; undefined if it threw, and then the request is denied without saying why. */
  run: <Result>(rule: Rule, check: () => Result) => Result | undefined;
  /** Milliseconds since 1970, for exceptions that end. */
  time?: () => number;
}

/** Allowed, and nothing to say. */
export const CLEAN: Judgement = {
  outcome: "allowed",
  against: [],
  warned: [],
  wouldDeny: [],
  excepted: [],
  deprecation: undefined,
};

/**
 * Never in the way of a DELETE, nor of an UPDATE that changes nothing that is judged. Fails closed: unknown facts, unknown
 * resources, unknown namespaces and rules that throw deny. Platform admins pass whatever is found.
 */
export function createJudge(options: JudgeOptions): (request: AdmissionRequest) => Judgement {
  const targetOf = createTargets(options.rules);
  const { time = Date.now } = options;
  return (request) => {
    if (request.operation === "DELETE") return CLEAN;
    const policy = options.policy();
    const facts = declaredFacts(options.facts, policy);
    const target = targetOf(request);
    if (target === undefined) {
      if (policy.unknownResources === "allow") return CLEAN;
      return decided({ ...CLEAN, against: [unknownResource(request)] }, request, policy);
    }
    const now = time();
    const fate = (objection: Objection): Fate => fateOf(objection, { request, facts, policy, now });
    const context = { target, facts, policy, run: options.run };
    const found = objections(request, context);
    const isDenied = found.some((objection) => fate(objection) === "against");
    const sorted = sort(isDenied ? found : [...found, ...otherObjections(request, context)], fate);
    return decided({ ...sorted, outcome: "allowed", deprecation: deprecation(request, target) }, request, policy);
  };
}

interface Context {
  target: Target;
  facts: Facts;
  policy: Policy;
  run: JudgeOptions["run"];
}

/** Rules about fields have nothing to say in platform namespaces. */
function askedRules({ namespace }: AdmissionRequest, { target, policy }: Context): readonly Rule[] {
  return policy.platformNamespaces.has(namespace) ? target.rules.filter((rule) => rule.everywhere) : target.rules;
}

/** What the rules find. */
function objections(request: AdmissionRequest, context: Context): Objection[] {
  const { facts, policy, run } = context;
  const asked = askedRules(request, context);
  if (asked.length > 0 && !facts.synced()) return [NOT_SYNCED];
  return asked.flatMap((rule): Objection[] => {
    const { id, judgesChange } = rule;
    const violations = run(rule, () => rule.check(request, facts, policy));
    const lasting = judgesChange === true ? { lasting: judgesChange } : {};
    return violations?.map((violation) => ({ id, violation, ...lasting })) ?? [internalError(id)];
  });
}

/** Where no field denies, the object may be none that the rules could read, or the namespace none that it may be in. */
function otherObjections(request: AdmissionRequest, context: Context): Objection[] {
  const isAboutFields = askedRules(request, context).some((rule) => !rule.everywhere) && request.subResource === "";
  return isAboutFields ? [...shapeObjections(request), ...placeObjections(request, context.facts)] : [];
}

type Fate = "against" | "warned" | "wouldDeny" | "excepted";

function sort(found: readonly Objection[], fate: (objection: Objection) => Fate): Record<Fate, Objection[]> {
  const sorted: Record<Fate, Objection[]> = { against: [], warned: [], wouldDeny: [], excepted: [] };
  for (const objection of found) sorted[fate(objection)].push(objection);
  return sorted;
}

function fateOf(
  objection: Objection,
  { request, facts, policy, now }: { request: AdmissionRequest; facts: Facts; policy: Policy; now: number },
): Fate {
  if (isWarning(objection)) return "warned";
  const unjudged = "violation" in objection ? objection.violation.unjudged : undefined;
  if (unjudged === undefined && isExcepted(objection, request, policy, now)) return "excepted";
  const mayWarn = "violation" in objection || objection.code === 403;
  const warns = [objection.id, ...(unjudged === undefined ? [] : [unjudged])].every((id) =>
    isWarnOnly(id, request.namespace, facts, policy),
  );
  return mayWarn && warns ? "wouldDeny" : "against";
}

function decided(judgement: Judgement, request: AdmissionRequest, policy: Policy): Judgement {
  const { against } = judgement;
  if (against.length === 0) return judgement;
  const isLasting = against.some((objection) => "violation" in objection && objection.lasting);
  if (!isLasting && isUnchanged(request, policy)) return { ...judgement, outcome: "tolerated" };
  return { ...judgement, outcome: isAdmin(policy, request.user) ? "exempt" : "denied" };
}

/** An exception is about one value of one field of one object that has a name. */
function isExcepted(objection: Objection, request: AdmissionRequest, { exceptions }: Policy, now: number): boolean {
  if (!("violation" in objection) || request.name === "") return false;
  const { field, found } = objection.violation;
  return exceptions.some(
    (exception) =>
      exception.namespace === request.namespace &&
      exception.kind === request.kind.kind &&
      exception.name === request.name &&
      exception.field === field &&
      (exception.rule === undefined || exception.rule === objection.id) &&
      (exception.expiry === undefined || now < exception.expiry) &&
      // null stands for a field that is not set
      (exception.value === null ? found === undefined || found === null : isDeepStrictEqual(exception.value, found)),
  );
}

const NOT_SYNCED: Objection = {
  id: "not-synced",
  code: 500,
  text: "Landlord has not read its policy and the cluster's namespaces yet; try again in a few seconds",
};

function internalError(id: string): Objection {
  return { id, code: 500, text: `internal error in rule ${id}; request denied` };
}

/** The only place that knows what to do with a resource that the webhook configuration should not have sent. */
function unknownResource({ resource: { group, resource }, subResource }: AdmissionRequest): Objection {
  const name = [resource, ...(group === "" ? [] : [group])].join(".") + (subResource === "" ? "" : `/${subResource}`);
  const text = `no rule is about ${name}; take it out of the rules of Landlord's ValidatingWebhookConfiguration`;
  return { id: "unknown-resource", code: 403, text };
}

function deprecation(
  { resource: { group, version }, kind, subResource }: AdmissionRequest,
  target: Target,
): string | undefined {
  if (subResource !== "" || !target.resource.deprecated.includes(version)) return undefined;
  return `${group}/${version} ${kind.kind} is deprecated; use ${group}/${target.resource.version}`;
}

function isWarning(objection: Objection): boolean {
  return "violation" in objection && objection.violation.isWarning === true;
}
