// The second wall on a real API server: puts it up for a policy, and asks it about a request as the engine is asked.
import assert from "node:assert/strict";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { tenantNamespace } from "../../src/model/tenant.ts";
import type { AdmissionRequest } from "../../webhooks/admission.ts";
import { denial } from "../../webhooks/denial.ts";
import { createJudge } from "../../webhooks/judge.ts";
import type { Policy } from "../../webhooks/policy.ts";
import { secondWall, wallRuleIds } from "../../webhooks/second-wall/index.ts";
import { rules } from "../../webhooks/validating/index.ts";
import { askAs, type Said } from "./asking.ts";
import { eventually } from "./eventually.ts";

const ADMIN = { username: "sandbox-admin", groups: ["system:masters"] };
const PEOPLE = { username: "root@example.com", groups: ["platform-admins", "system:masters"] };

export interface Verdict {
  allowed: boolean;
  /** Each once, sorted. */
  ids: string[];
  message: string;
}

export interface RaisedWall {
  /** What it says to a dry run of the request. */
  ask(request: AdmissionRequest): Promise<Verdict>;
  /** What the rules that are in the wall say to it by themselves. */
  judge(request: AdmissionRequest): Promise<Verdict>;
}

let raised = 0;

/** Takes down what is there of an earlier one. Resolves when the API server judges by it. */
export async function raiseWall(sandbox: Sandbox, policy: Policy): Promise<RaisedWall> {
  await takeDown(sandbox);
  const objects = secondWall({ policy, now: Date.now() });
  const canary = `canary-${++raised}`;
  const all = [...objects, ...canaryObjects(canary)];
  const { code, stderr } = await sandbox.kubectl(["create", "-f", "-"], {
    input: JSON.stringify({ apiVersion: "v1", kind: "List", items: all }),
  });
  assert.equal(code, 0, stderr);
  await eventually("the wall stands", async () => {
    const body = { metadata: { name: canary } };
    const path = "/api/v1/namespaces/default/configmaps?dryRun=All";
    return (await askAs(sandbox, { method: "POST", path, user: ADMIN, body })).message.includes(canary);
  });
  return { ask: (request) => ask(sandbox, request), judge: (request) => judge(sandbox, request, policy) };
}

async function takeDown(sandbox: Sandbox): Promise<void> {
  for (const kind of ["validatingadmissionpolicybindings", "validatingadmissionpolicies"]) {
    const path = `/apis/admissionregistration.k8s.io/v1/${kind}`;
    const { status, text } = await sandbox.api.call({ method: "DELETE", path });
    assert.equal(status, 200, text);
  }
}

/** Created last, so that all others are known when it is. */
function canaryObjects(name: string): object[] {
  const rule = { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"] };
  const matchConditions = [{ name: "canary", expression: `object.metadata.name == "${name}"` }];
  const validations = [{ expression: "false", message: name }];
  const spec = { matchConstraints: { resourceRules: [rule] }, matchConditions, validations };
  const apiVersion = "admissionregistration.k8s.io/v1";
  return [
    { apiVersion, kind: "ValidatingAdmissionPolicy", metadata: { name }, spec },
    {
      apiVersion,
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name },
      spec: { policyName: name, validationActions: ["Deny"] },
    },
  ];
}

async function ask(sandbox: Sandbox, request: AdmissionRequest): Promise<Verdict> {
  const { operation, user, object, subResource } = request;
  const collection = pathOf(request);
  if (operation === "CREATE") {
    return verdictOf(await askAs(sandbox, { method: "POST", path: `${collection}?dryRun=All`, user, body: object }));
  }
  const { resourceVersion, isOurs } = await stored(sandbox, request);
  const path = `${collection}/${request.name}`;
  const metadata = { ...(object?.["metadata"] as object | undefined), resourceVersion };
  const sub = subResource === "" ? "" : `/${subResource}`;
  const body = { ...object, metadata };
  try {
    return verdictOf(await askAs(sandbox, { method: "PUT", path: `${path}${sub}?dryRun=All`, user, body }));
  } finally {
    if (isOurs) await askAs(sandbox, { method: "DELETE", path, user: PEOPLE });
  }
}

/** The old object, in the cluster: made by an admin unless it is there. */
async function stored(
  sandbox: Sandbox,
  request: AdmissionRequest,
): Promise<{ resourceVersion: unknown; isOurs: boolean }> {
  const versionIn = ({ body }: Said): unknown => (body["metadata"] as { resourceVersion?: string }).resourceVersion;
  const path = pathOf(request);
  const there = await askAs(sandbox, { method: "GET", path: `${path}/${request.name}`, user: PEOPLE });
  if (there.status === 200) return { resourceVersion: versionIn(there), isOurs: false };
  const made = await askAs(sandbox, { method: "POST", path, user: PEOPLE, body: request.oldObject });
  assert.equal(made.status, 201, made.message);
  return { resourceVersion: versionIn(made), isOurs: true };
}

function pathOf({ resource: { group, version, resource }, namespace, kind }: AdmissionRequest): string {
  const root = group === "" ? "/api/v1" : `/apis/${group}/${version}`;
  return kind.kind === "Namespace" ? `${root}/${resource}` : `${root}/namespaces/${namespace}/${resource}`;
}

function verdictOf({ status, message }: Said): Verdict {
  // 422: an expression failed, as on a list where a map has to be
  const isDenial = [403, 422].includes(status) && message.includes("ValidatingAdmissionPolicy 'landlord-");
  assert.ok(isDenial || status < 300, `${status}: ${message}`);
  const own = /denied request: (.*)$/s.exec(message)?.[1] ?? "";
  return { allowed: !isDenial, ids: isDenial ? sorted(idsIn(own)) : [], message: own };
}

/** Each sentence begins with the rule's id, unless it is about the namespace. */
function idsIn(message: string): string[] {
  if (message.includes("is neither a tenant's nor")) return ["unknown-namespace"];
  if (message.includes("is being deleted; nothing new")) return ["terminating-namespace"];
  return [...message.matchAll(/(?:^|\. )([A-Z]\d+b?) [a-z]/g)].map(([, id = ""]) => id);
}

async function judge(sandbox: Sandbox, request: AdmissionRequest, policy: Policy): Promise<Verdict> {
  const { body } = await askAs(sandbox, { method: "GET", path: "/api/v1/namespaces", user: ADMIN });
  const items = body["items"] as { metadata: Parameters<typeof tenantNamespace>[0] }[];
  const namespaces = new Map(
    items.map(({ metadata }) => [metadata.name, tenantNamespace(metadata, policy.tenantLabels)]),
  );
  const inWall = wallRuleIds({ policy });
  const judgement = createJudge({
    rules: rules.filter(({ id }) => inWall.includes(id)),
    facts: { synced: () => true, namespace: (name) => namespaces.get(name), isWideRole: () => false },
    policy: () => policy,
    run: (_, check) => check(),
  })(request);
  const allowed = judgement.outcome !== "denied";
  if (allowed) return { allowed, ids: [], message: "" };
  const { message } = denial(request, judgement.against);
  return { allowed, ids: sorted(judgement.against.map(({ id }) => id)), message };
}

const sorted = (ids: readonly string[]): string[] => [...new Set(ids)].toSorted();
