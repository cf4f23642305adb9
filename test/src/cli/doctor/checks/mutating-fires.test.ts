import assert from "node:assert/strict";
import { test } from "node:test";
import type { Cluster } from "../../../../../src/cli/doctor/check.ts";
import { mutatingFires } from "../../../../../src/cli/doctor/checks/mutating-fires.ts";
import { answeredError } from "../../../../../src/kube/errors.ts";
import type { KubeObject } from "../../../../../src/model/kube-object.ts";
import { found, patient } from "../../../../helpers/doctor.ts";
import { kubeError } from "../../../../helpers/kube-fake.ts";

async function said(answer: (object: KubeObject) => KubeObject): Promise<string> {
  const tryCreate = async (_kind: unknown, object: KubeObject) => ({ object: answer(object), warnings: [] });
  return (await found(mutatingFires, patient().having({ tryCreate: tryCreate as Cluster["tryCreate"] }))).join();
}
const refusing = (message: string, status: number) => (): never => {
  throw answeredError({ verb: "create", resource: "namespaces", object: "Namespace x" }, status, { message });
};

test("sees the marker on a tenant's new namespace, or that it is not there", async () => {
  const marked = await said((object) => {
    assert.equal(object.metadata.labels?.["landlord.dev/tenant"], object.metadata.name);
    const labels = { ...object.metadata.labels, "landlord.dev/initializing": "true" };
    return { ...object, metadata: { ...object.metadata, labels } };
  });
  assert.equal(marked, "ok: a tenant's new namespace is marked");
  assert.match(await said((object) => object), /^problem: .* not marked/);
});

test("tells a webhook that cannot be called from rights that it has not", async () => {
  const failed = 'Internal error occurred: failed calling webhook "namespaces.landlord.dev": dead';
  assert.match(await said(refusing(failed, 500)), /^problem: the API server cannot call namespaces/);
  const denied = 'admission webhook "namespaces.landlord.dev" denied the request: M1';
  assert.match(await said(refusing(denied, 403)), /^unknown: .* refuses us the label/);
  const forbidden = (): never => {
    throw kubeError(403, "Forbidden");
  };
  assert.match(await said(forbidden), /^unknown: .*Forbidden/);
});
