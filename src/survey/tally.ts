// Counts what a walk found: objects by rule, namespace and what the rule would do. Keeps figures only, and no more than can be scraped.
import { idsOf } from "../../webhooks/denial.ts";
import { declaredFacts, type Facts } from "../../webhooks/facts.ts";
import type { Judgement } from "../../webhooks/judge.ts";
import type { Policy } from "../../webhooks/policy.ts";

/** deny: it would be refused. would-deny: it would be but for the policy's `warnOnly`. warn: the rule never denies. */
export type Action = "deny" | "would-deny" | "warn";

export interface Count {
  rule: string;
  /** "" for what is cluster-wide; OTHER stands for many. */
  namespace: string;
  action: Action;
  /** Each object once, however often it breaks the rule. */
  objects: number;
}

export interface Tally {
  /** `namespace` as it may be a label. */
  judged(namespace: string, judgement: Judgement): void;
  add(count: Count): void;
  /** How many were judged. */
  objects(): number;
  counts(): Iterable<Count>;
}

/** No namespace can have this name. */
export const OTHER = "_other";
/** Beyond this namespaces are no longer told apart; sums stay right. */
export const MOST_SERIES = 2_000;

export function createTally(limit = MOST_SERIES): Tally {
  const counts = new Map<string, Count>();
  let objects = 0;

  function add({ rule, namespace, action, objects: more }: Count): void {
    const key = `${rule} ${action} ${namespace}`;
    const known = counts.get(key);
    if (known !== undefined) known.objects += more;
    else if (counts.size < limit || namespace === OTHER) counts.set(key, { rule, namespace, action, objects: more });
    else add({ rule, namespace: OTHER, action, objects: more });
  }

  return {
    judged(namespace, { against, wouldDeny, warned }) {
      objects++;
      const add1 = (action: Action) => (rule: string) => add({ rule, namespace, action, objects: 1 });
      idsOf(against).forEach(add1("deny"));
      idsOf(wouldDeny).forEach(add1("would-deny"));
      idsOf(warned).forEach(add1("warn"));
    },
    add,
    objects: () => objects,
    counts: () => counts.values(),
  };
}

/** Only tenants' and platform namespaces are told apart: there are no more of them than somebody meant. */
export function namespaceLabel(namespace: string, facts: Facts, policy: Policy): string {
  if (namespace === "" || policy.platformNamespaces.has(namespace)) return namespace;
  return declaredFacts(facts, policy).namespace(namespace)?.tenant === undefined ? OTHER : namespace;
}
