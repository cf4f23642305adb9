import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { readDenial } from "../../../../src/cli/explain/denial-text.ts";

const IDS = new Set(["K2", "K3b", "A10", "K7"]);
const found = (text: string) => readDenial(text, IDS).rules.map(({ id, field }) => `${id} ${field}`);

test("finds rules and fields in what kubectl, Flux and Argo CD show", () => {
  for (const text of [
    'Error from server (Forbidden): error when creating "x": admission webhook "validate.landlord.dev" denied the request: K2 spec.targetNamespace is "kube-system"; allowed: "a"; set it. K3b spec.kubeConfig.secretRef.name is "x"; allowed: none; leave it out',
    'Kustomization/a/app dry-run failed (Forbidden): kustomizations.kustomize.toolkit.fluxcd.io "app" is forbidden: K2 spec.targetNamespace is missing; allowed: "a". K3b spec.kubeConfig.secretRef.name is "x"; allo…',
    'message: "K2 spec.targetNamespace is \\"kube-system\\"; allowed\n      K3b\n      spec.kubeConfig.secretRef.name is not shown',
    '  line 12: K2 spec.targetNamespace is "x"\n  line 3: would be denied: K3b spec.kubeConfig.secretRef.name is "y"\nK2 spec.targetNamespace is "x"',
  ]) {
    assert.deepEqual(found(text), ["K2 spec.targetNamespace", "K3b spec.kubeConfig.secretRef.name"], text);
  }
  assert.deepEqual(found("A10 operation.sync is a list; K7 spec.patches[0].patch is refused"), [
    "A10 operation.sync",
    "K7 spec.patches[0].patch",
  ]);
});

test("takes nothing for a rule that is none", () => {
  for (const text of ["", "Z9 spec.x is 1", "K2 is a mountain", "SK2 spec.a is 1", 'K2 "x" is 1'])
    assert.deepEqual(found(text), [], text);
});

test("finds what is no rule's", () => {
  const text = "namespace \"x\" is neither a tenant\\'s nor the\n platform's; have the platform label it";
  assert.deepEqual(
    readDenial(text, IDS).objections.map(({ id }) => id),
    ["unknown-namespace"],
  );
});

test("never throws and never takes long, whatever the text is", () => {
  fc.assert(fc.property(fc.string(), (text) => void readDenial(text, IDS)));
  const start = performance.now();
  readDenial("K2 a".repeat(500_000), IDS);
  readDenial(`K2 ${"a".repeat(2_000_000)} is`, IDS);
  assert.ok(performance.now() - start < 5_000);
});
