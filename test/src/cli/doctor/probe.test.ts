import assert from "node:assert/strict";
import { test } from "node:test";
import { probe } from "../../../../src/cli/doctor/probe.ts";
import { answeredError } from "../../../../src/kube/errors.ts";
import { NAMESPACE } from "../../../../src/kube/kinds.ts";

const object = { apiVersion: "v1", kind: "Namespace", metadata: { name: "a" } };
const operation = { verb: "create", resource: "namespaces", object: "Namespace a" };
const refusing = (status: number, message: string) => ({
  tryCreate: () => Promise.reject(answeredError(operation, status, { message })),
});

test("tells a refusal of Landlord's, also one for want of facts, from a call that failed", async () => {
  const denied = 'admission webhook "flux.landlord.dev" denied the request: K2 …';
  const failed = 'Internal error occurred: failed calling webhook "flux.landlord.dev": failed to call webhook: Post …';
  for (const status of [403, 500]) {
    assert.deepEqual(await probe(refusing(status, denied), { kind: NAMESPACE, object }), {
      kind: "refused",
      webhook: "flux.landlord.dev",
    });
  }
  assert.deepEqual(await probe(refusing(500, failed), { kind: NAMESPACE, object }), {
    kind: "uncallable",
    webhook: "flux.landlord.dev",
  });
});

test("does not take others' refusals for Landlord's", async () => {
  for (const message of [
    'admission webhook "validate.kyverno.svc" denied the request: no',
    'namespaces "a" is forbidden',
  ]) {
    assert.equal((await probe(refusing(403, message), { kind: NAMESPACE, object })).kind, "untold");
  }
  const broken = { tryCreate: () => Promise.reject(new TypeError("no")) };
  assert.equal((await probe(broken, { kind: NAMESPACE, object })).kind, "untold");
});

test("gives what was made of the object, and the warnings", async () => {
  const asked: unknown[] = [];
  const tryCreate = async <T>(_kind: unknown, given: T, as?: string) => {
    asked.push(as);
    return { object: given, warnings: ["w"] };
  };
  const outcome = await probe({ tryCreate }, { kind: NAMESPACE, object, as: "tenant" });
  assert.deepEqual([outcome, asked], [{ kind: "allowed", object, warnings: ["w"] }, ["tenant"]]);
});
