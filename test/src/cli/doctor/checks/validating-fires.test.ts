import assert from "node:assert/strict";
import { test } from "node:test";
import type { Cluster } from "../../../../../src/cli/doctor/check.ts";
import { validatingFires } from "../../../../../src/cli/doctor/checks/validating-fires.ts";
import { answeredError } from "../../../../../src/kube/errors.ts";
import type { Kind } from "../../../../../src/kube/kinds.ts";
import { found, patient } from "../../../../helpers/doctor.ts";
import { kubeError } from "../../../../helpers/kube-fake.ts";

type Answer = "forbidden" | "silence" | { warning: string } | { status: number; message: string };

const DENIED = { status: 403, message: 'admission webhook "flux.landlord.dev" denied the request: K2' };
const FAILED = { status: 500, message: 'Internal error occurred: failed calling webhook "flux.landlord.dev": dead' };
const operation = { verb: "create", resource: "x", object: "x" };

/** What is said, and what was tried, where dry runs are answered so: by kind, and by `kind as tenant`. */
async function said(answers: Record<string, Answer>, { served = ["kustomizations"], tenants = ["team-a"] } = {}) {
  const { kube, having } = patient();
  for (const name of tenants)
    kube.put({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels: { "landlord.dev/tenant": "a" } } });
  const tried: string[] = [];
  const tryCreate = async (kind: Kind, object: unknown, as?: string) => {
    const what = as === undefined ? kind.kind : `${kind.kind} as tenant`;
    tried.push(what);
    const answer = answers[what] ?? "forbidden";
    if (answer === "forbidden") throw kubeError(403, "Forbidden");
    if (typeof answer === "object" && "status" in answer) throw answeredError(operation, answer.status, answer);
    return { object, warnings: answer === "silence" ? [] : [answer.warning] };
  };
  const serves = async ({ plural }: Kind) => served.includes(plural);
  const context = having({ tryCreate: tryCreate as Cluster["tryCreate"], serves });
  return { line: (await found(validatingFires, context)).join("\n"), tried };
}

test("sees a tenant refused", async () => {
  const { line, tried } = await said({ "Kustomization as tenant": DENIED });
  assert.equal(line, "ok: a Kustomization in team-a that reaches out of it is refused by flux.landlord.dev");
  assert.deepEqual(tried, ["Kustomization as tenant"]);
});

test("tries in its own name where it may not in a tenant's, and takes an admin's warning for an answer", async () => {
  const warning = 'exempt: K2 spec.targetNamespace is "kube-system"; …';
  const { line, tried } = await said({ Kustomization: { warning } });
  assert.match(line, /^ok: .* warned of$/);
  assert.deepEqual(tried, ["Kustomization as tenant", "Kustomization"]);
});

test("falls back on what every cluster serves", async () => {
  const binding = { RoleBinding: { warning: "M2 subjects[0].name is …" } };
  assert.match((await said(binding, { served: [] })).line, /^ok: a RoleBinding in default/);
  assert.match((await said(binding, { tenants: [] })).line, /^ok: a RoleBinding in default/);
  assert.match((await said({ HelmRelease: DENIED }, { served: ["helmreleases"] })).line, /^ok: a HelmRelease/);
});

test("sees that nobody objects, whoever else warns, and that nobody can be called", async () => {
  const silent = await said({ "Kustomization as tenant": "silence" });
  assert.match(silent.line, /^problem: a Kustomization in team-a .*not called -> kubectl get pods -n landlord/);
  const other = await said({ "Kustomization as tenant": { warning: "deprecated" } });
  assert.match(other.line, /^problem/);
  assert.match((await said({ "Kustomization as tenant": FAILED })).line, /^problem: the API server cannot call flux/);
});

test("does not know where it may try nothing", async () => {
  assert.match((await said({})).line, /^unknown: cannot tell .*Forbidden -> landlord doctor/);
});
