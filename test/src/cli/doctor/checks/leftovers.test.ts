import assert from "node:assert/strict";
import { test } from "node:test";
import { leftovers } from "../../../../../src/cli/doctor/checks/leftovers.ts";
import { found, patient } from "../../../../helpers/doctor.ts";

const made = (kind: string, name: string, uid?: string) => ({
  apiVersion: "v1",
  kind,
  metadata: {
    name,
    namespace: "argocd",
    labels: { "app.kubernetes.io/managed-by": "landlord" },
    ...(uid === undefined ? {} : { annotations: { "landlord.dev/namespace-uid": uid } }),
  },
});

test("finds what was made for a namespace that lives no more, and nothing else of Landlord's", async () => {
  const { kube, context } = patient();
  kube.put({ apiVersion: "v1", kind: "Namespace", metadata: { name: "team-a", uid: "alive" } });
  kube.put(made("Secret", "team-a", "alive"));
  kube.put(made("Secret", "landlord-webhook-certificate"));
  assert.deepEqual(await found(leftovers, context), ["ok: nothing is left of namespaces that are gone"]);
  kube.put(made("Secret", "team-b", "dead"));
  assert.deepEqual(await found(leftovers, context), [
    "problem: Secret argocd/team-b was made for a namespace that lives no more -> kubectl delete secret team-b -n argocd",
  ]);
});

test("asks for namespaces last, so that a new one is not taken for dead", async () => {
  const { kube, context } = patient();
  await found(leftovers, context);
  assert.equal(
    kube.calls.findLast((line) => line.startsWith("list")),
    "list Namespace ",
  );
});
