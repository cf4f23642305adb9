// Runs the members of a list on one request and makes their findings one verdict. What they look for is their own business.
import type { AdmissionRequest, PatchOperation, Verdict } from "./admission.ts";
import { denial, idsOf, type Objection, sentence } from "./denial.ts";
import type { Facts } from "./facts.ts";
import type { Mutation } from "./mutating/mutation.ts";
import { applyPatch } from "./patch.ts";
import { isAdmin, type Policy } from "./policy.ts";
import { isUnchanged } from "./ratchet.ts";
import type { Rule } from "./validating/rule.ts";
import { createTargets, type Target } from "./validating/targets.ts";

export interface ChainOptions<Member> {
  members: readonly Member[];
  facts: Facts;
  policy: Policy;
  /** Told how long each member took, also one that threw. */
  observe: (member: Member, seconds: number) => void;
  /** Told what a member threw; the request is denied without saying it. */
  onError: (member: Member, error: unknown) => void;
  /** Monotonic, in milliseconds. */
  now?: () => number;
}

/** Allowed as it stands, and nothing to say. */
const ALLOWED: Verdict = { allowed: true, patch: [], warnings: [], auditAnnotations: {} };

/**
 * Asks every rule that is about the request, and denies with all that was found. Never in the way of a DELETE, nor of an
 * UPDATE that changes nothing that is judged. Fails closed: unknown facts, unknown resources and rules that throw deny.
 * Platform admins pass whatever is found, with a warning for each finding and a record in the audit log.
 */
export function createValidator(options: ChainOptions<Rule>): (request: AdmissionRequest) => Verdict {
  const { members, policy } = options;
  const targetOf = createTargets(members);
  return (request) => {
    if (request.operation === "DELETE") return ALLOWED;
    const target = targetOf(request);
    const found = target === undefined ? [unknownResource(request)] : objections(request, target.rules, options);
    const denied = found.filter((objection) => !isWarning(objection));
    const warned = found.filter(isWarning);
    const allowed: Verdict = {
      allowed: true,
      patch: [],
      warnings: [...deprecation(request, target), ...warned.map(sentence)],
      auditAnnotations: audit("warned", warned),
    };
    if (denied.length === 0) return allowed;
    if (isUnchanged(request, policy)) return noted(allowed, audit("tolerated", denied));
    if (!isAdmin(policy, request.user)) {
      return noted({ ...allowed, allowed: false, denial: denial(request, denied) }, audit("denied-by", denied));
    }
    const exempt = denied.map((objection) => `exempt: ${sentence(objection)}`);
    return noted({ ...allowed, warnings: [...allowed.warnings, ...exempt] }, audit("exempt", denied));
  };
}

/**
 * Lets every mutation see what the earlier ones made of the object, and proves each patch on it. A mutation that throws denies, unless
 * the request changes nothing that matters. Facts that are not complete are the mutation's matter: nothing here is lost by going on.
 */
export function createMutator(options: ChainOptions<Mutation>): (request: AdmissionRequest) => Verdict {
  const { members, facts, policy } = options;
  return (request) => {
    if (request.operation === "DELETE" || request.object === undefined) return ALLOWED;
    let object = request.object;
    const patch: PatchOperation[] = [];
    const warnings: string[] = [];
    for (const member of members) {
      const result = measured(member, options, () => {
        const { patch: operations, warnings: words } = member.mutate({ ...request, object }, facts, policy);
        return { object: applyPatch(object, operations), operations, words };
      });
      if (result === undefined) return isUnchanged(request, policy) ? ALLOWED : failed(request, member);
      object = result.object;
      patch.push(...result.operations);
      warnings.push(...result.words);
    }
    return { allowed: true, patch, warnings, auditAnnotations: {} };
  };
}

/** What the rules find. Rules about fields have nothing to say in platform namespaces. */
function objections(request: AdmissionRequest, rules: readonly Rule[], options: ChainOptions<Rule>): Objection[] {
  const { facts, policy } = options;
  const isPlatform = policy.platformNamespaces.has(request.namespace);
  const asked = isPlatform ? rules.filter((rule) => rule.everywhere) : rules;
  if (asked.length > 0 && !facts.synced()) return [NOT_SYNCED];
  return asked.flatMap((rule): Objection[] => {
    const { id } = rule;
    const violations = measured(rule, options, () => rule.check(request, facts, policy));
    return violations?.map((violation) => ({ id, violation })) ?? [internalError(id, `rule ${id}`)];
  });
}

const NOT_SYNCED: Objection = {
  id: "not-synced",
  code: 500,
  text: "Landlord has not read the cluster's namespaces yet; try again in a few seconds",
};

/** Undefined if the member threw. */
function measured<Member, Result>(
  member: Member,
  { observe, onError, now = () => performance.now() }: ChainOptions<Member>,
  run: () => Result,
): Result | undefined {
  const start = now();
  try {
    return run();
  } catch (error) {
    onError(member, error);
    return undefined;
  } finally {
    observe(member, (now() - start) / 1000);
  }
}

function failed(request: AdmissionRequest, { name }: Mutation): Verdict {
  const found = [internalError(name, `mutation ${name}`)];
  return { ...ALLOWED, allowed: false, denial: denial(request, found), auditAnnotations: audit("denied-by", found) };
}

function internalError(id: string, member: string): Objection {
  return { id, code: 500, text: `internal error in ${member}; request denied` };
}

/** The only place that knows what to do with a resource that the webhook configuration should not have sent. */
function unknownResource({ resource: { group, resource }, subResource }: AdmissionRequest): Objection {
  const name = [resource, ...(group === "" ? [] : [group])].join(".") + (subResource === "" ? "" : `/${subResource}`);
  const text = `no rule is about ${name}; take it out of the rules of Landlord's ValidatingWebhookConfiguration`;
  return { id: "unknown-resource", code: 403, text };
}

function deprecation({ resource: { group, version }, kind, subResource }: AdmissionRequest, target?: Target): string[] {
  if (subResource !== "" || !target?.resource.deprecated.includes(version)) return [];
  return [`${group}/${version} ${kind.kind} is deprecated; use ${group}/${target.resource.version}`];
}

function isWarning(objection: Objection): boolean {
  return "violation" in objection && objection.violation.isWarning === true;
}

function noted(verdict: Verdict, annotations: Record<string, string>): Verdict {
  return { ...verdict, auditAnnotations: { ...verdict.auditAnnotations, ...annotations } };
}

function audit(key: string, found: readonly Objection[]): Record<string, string> {
  return found.length === 0 ? {} : { [key]: idsOf(found).join(",") };
}
