// Judges an object that is in the cluster by the rules that admission goes by, as far as they make sense at rest. Pure.
import type { AdmissionRequest } from "../../webhooks/admission.ts";
import type { Objection } from "../../webhooks/denial.ts";
import type { Facts } from "../../webhooks/facts.ts";
import { own } from "../../webhooks/json.ts";
import { CLEAN, createJudge, type Judgement } from "../../webhooks/judge.ts";
import type { Policy } from "../../webhooks/policy.ts";
import { CLUSTER_ROLE_BINDINGS } from "../../webhooks/validating/resource.ts";
import type { Rule } from "../../webhooks/validating/rule.ts";
import { rulesAtRest } from "./rules-at-rest.ts";

export interface JudgeAtRestOptions {
  /** All rules; those that make sense at rest are picked here. */
  rules: readonly Rule[];
  /** Must be synced. */
  facts: Facts;
  policy: () => Policy;
  /** Told of a rule that threw; the object counts as denied by it. */
  onError: (rule: Rule, error: unknown) => void;
  /** Milliseconds since 1970, for exceptions that end. */
  time?: () => number;
}

/** Kubernetes's own bindings for everybody: every cluster has them, and the API server puts them back. */
const BUILT_IN_BINDINGS: readonly string[] = [
  "system:basic-user",
  "system:discovery",
  "system:public-info-viewer",
  "system:service-account-issuer-discovery",
];

export function createJudgeAtRest(options: JudgeAtRestOptions): (request: AdmissionRequest) => Judgement {
  const { rules, facts, policy, onError, time } = options;
  const judge = createJudge({
    rules: rulesAtRest(rules),
    facts,
    policy,
    run(rule, check) {
      try {
        return check();
      } catch (error) {
        onError(rule, error);
        return undefined;
      }
    },
    ...(time === undefined ? {} : { time }),
  });
  return (request) => (isBuiltIn(request) || isUnplaced(request, facts) ? CLEAN : staying(judge(request)));
}

/** Its namespace came, or went, a moment ago: what is not known yet would look like a stranger's. */
function isUnplaced({ namespace }: AdmissionRequest, facts: Facts): boolean {
  return namespace !== "" && facts.namespace(namespace) === undefined;
}

function isBuiltIn({ resource, name, object }: AdmissionRequest): boolean {
  const role = own(own(object, "roleRef"), "name");
  return resource.resource === CLUSTER_ROLE_BINDINGS.resource && BUILT_IN_BINDINGS.includes(name) && role === name;
}

/**
 * That nothing new is admitted to a namespace which is being deleted is no fault of what goes with it; and the version is the one that
 * we asked for, not the one that somebody wrote.
 */
function staying(judgement: Judgement): Judgement {
  const { outcome } = judgement;
  const [against, wouldDeny] = [judgement.against.filter(isStaying), judgement.wouldDeny.filter(isStaying)];
  return {
    ...judgement,
    against,
    wouldDeny,
    deprecation: undefined,
    outcome: against.length === 0 ? "allowed" : outcome,
  };
}

const isStaying = ({ id }: Objection): boolean => id !== "terminating-namespace";
