// Runs the members of a list on one request and makes what they find one verdict. What they look for is their own business.
import type { AdmissionRequest, PatchOperation, Verdict } from "./admission.ts";
import { denial, idsOf, type Objection, sentence } from "./denial.ts";
import type { Facts } from "./facts.ts";
import { createJudge, type Judgement } from "./judge.ts";
import type { Mutation } from "./mutating/mutation.ts";
import { applyPatch } from "./patch.ts";
import type { Policy } from "./policy.ts";
import { isUnchanged } from "./ratchet.ts";
import type { Rule } from "./validating/rule.ts";

export interface ChainOptions<Member> {
  members: readonly Member[];
  facts: Facts;
  /** Asked once for each request: it may be another one the next time. */
  policy: () => Policy;
  /** Told how long each member took, also one that threw. */
  observe: (member: Member, seconds: number) => void;
  /** Told what a member threw; the request is denied without saying it. */
  onError: (member: Member, error: unknown) => void;
  /** Monotonic, in milliseconds. */
  now?: () => number;
  /** Milliseconds since 1970. */
  time?: () => number;
}

/** Allowed as it stands, and nothing to say. */
const ALLOWED: Verdict = { allowed: true, patch: [], warnings: [], auditAnnotations: {} };

/** Asks every rule that is about the request, and denies with all that was found. */
export function createValidator(options: ChainOptions<Rule>): (request: AdmissionRequest) => Verdict {
  const { members: rules, facts, policy, time } = options;
  const judge = createJudge({
    rules,
    facts,
    policy,
    run: (rule, check) => measured(rule, options, check),
    ...(time === undefined ? {} : { time }),
  });
  return (request) => verdictOf(request, judge(request));
}

/** What a judgement comes to on the wire: everything that was found is said, and recorded in the audit log. */
export function verdictOf(request: AdmissionRequest, judgement: Judgement): Verdict {
  const { outcome, against, warned, wouldDeny, excepted, deprecation } = judgement;
  const isExempt = outcome === "exempt";
  const warnings = [
    ...(deprecation === undefined ? [] : [deprecation]),
    ...warned.map(sentence),
    ...wouldDeny.map((objection) => `would be denied: ${sentence(objection)}`),
    ...excepted.map((objection) => `excepted: ${sentence(objection)}`),
    ...(isExempt ? against.map((objection) => `exempt: ${sentence(objection)}`) : []),
  ];
  const auditAnnotations = {
    ...audit("warned", warned),
    ...audit("would-deny", wouldDeny),
    ...audit("excepted", excepted),
    ...audit(outcome === "denied" ? "denied-by" : outcome, against),
  };
  return {
    allowed: outcome !== "denied",
    ...(outcome === "denied" ? { denial: denial(request, against) } : {}),
    patch: [],
    warnings,
    auditAnnotations,
    ...(wouldDeny.length === 0 ? {} : { wouldDeny: idsOf(wouldDeny) }),
    ...(isExempt ? { exempt: idsOf(against) } : {}),
    ...(excepted.length === 0 ? {} : { excepted: idsOf(excepted) }),
  };
}

/**
 * Lets every mutation see what the earlier ones made of the object, and proves each patch on it. A mutation that throws denies, unless
 * the request changes nothing that matters. Facts that are not complete are the mutation's matter: nothing here is lost by going on.
 */
export function createMutator(options: ChainOptions<Mutation>): (request: AdmissionRequest) => Verdict {
  const { members, facts } = options;
  return (request) => {
    if (request.operation === "DELETE" || request.object === undefined) return ALLOWED;
    const policy = options.policy();
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
  const text = `internal error in mutation ${name}; request denied`;
  const found: Objection[] = [{ id: name, code: 500, text }];
  return { ...ALLOWED, allowed: false, denial: denial(request, found), auditAnnotations: audit("denied-by", found) };
}

function audit(key: string, found: readonly Objection[]): Record<string, string> {
  return found.length === 0 ? {} : { [key]: idsOf(found).join(",") };
}
