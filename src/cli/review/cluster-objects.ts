// Judges what is in the cluster already, as the service does in the background: each object of every rule's resources, once, page by page.
import type { Facts } from "../../../webhooks/facts.ts";
import type { Policy } from "../../../webhooks/policy.ts";
import type { Resource } from "../../../webhooks/validating/resource.ts";
import type { Rule } from "../../../webhooks/validating/rule.ts";
import type { KubeClient } from "../../kube/client.ts";
import { describe } from "../../model/errors.ts";
import { createJudgeAtRest } from "../../survey/judge-at-rest.ts";
import { resourcesAtRest } from "../../survey/rules-at-rest.ts";
import { type Found, walk } from "../../survey/walk.ts";
import { findingsOf, type Reviewed } from "./verdict.ts";

export interface ClusterObjectsOptions {
  client: Pick<KubeClient, "getPath" | "list">;
  rules: readonly Rule[];
  policy: Policy;
  /** The cluster's own: an object whose namespace they do not know is taken for one that came or went meanwhile. */
  facts: Facts;
  signal: AbortSignal;
}

/** In place of a file's name. */
const SOURCE = "cluster";

/** One verdict for each object; one that says so for each resource that could not be read. Verdicts are kept, objects are not. */
export async function judgeClusterObjects(options: ClusterObjectsOptions): Promise<Reviewed[]> {
  const { client, rules, policy, facts, signal } = options;
  const reviewed = new Map<Resource, Reviewed[]>();
  const pages = walk({
    client,
    resources: resourcesAtRest(rules),
    judge: createJudgeAtRest({ rules, facts, policy: () => policy, onError: () => undefined }), // it shows as a denial
    signal,
    failed: (resource, error) => reviewed.set(resource, [unreadable(resource, error)]),
  });
  for await (const { resource, first, found } of pages) {
    const before = first ? [] : (reviewed.get(resource) ?? []);
    reviewed.set(resource, before.concat(found.map(reviewedOf)));
  }
  signal.throwIfAborted();
  return [...reviewed.values()].flat();
}

function reviewedOf({ request, judgement }: Found): Reviewed {
  const { kind, namespace, name } = request;
  const counted = { source: SOURCE, document: 0, kind: kind.kind, namespace, name };
  return { verdict: { ...counted, ...findingsOf(judgement) } };
}

/** Some of its objects may have been seen: half an answer is none. */
function unreadable({ kind }: Resource, error: unknown): Reviewed {
  const counted = { source: SOURCE, document: 0, kind, namespace: "", name: "" };
  const nothing = { violations: [], warnings: [] };
  return { verdict: { ...counted, allowed: false, outcome: "unreadable", reason: describe(error), ...nothing } };
}
