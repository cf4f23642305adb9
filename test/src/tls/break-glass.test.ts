import assert from "node:assert/strict";
import { test } from "node:test";
import { apply_patch } from "jsonpatch";
import { breakPatch, brokenGlass, NEVER, type Stoppable, undoPatch } from "../../../src/tls/break-glass.ts";

const CONDITION = { name: "not-landlord-itself", expression: "request.userInfo.username != 'x'" };
const whole = (annotations?: Record<string, string>): Stoppable => ({
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "ValidatingWebhookConfiguration",
  metadata: { name: "landlord", ...(annotations === undefined ? {} : { annotations }) },
  webhooks: [{ name: "a" }, { name: "b", matchConditions: [CONDITION] }],
});
const patched = (object: Stoppable, patch: object[]): Stoppable => apply_patch(structuredClone(object), patch);

test("opens every webhook, says why, and takes exactly that back", () => {
  const before = whole({ "a/b": "c" });
  assert.equal(brokenGlass(before), undefined);
  const open = patched(before, breakPatch(before, "ada now why"));
  assert.deepEqual(brokenGlass(open), { open: ["a", "b"], closed: [], note: "ada now why" });
  assert.deepEqual(open.webhooks?.[1]?.matchConditions, [NEVER, CONDITION]);
  assert.deepEqual(patched(open, undoPatch(open)), before);
});

test("makes the annotations where there are none", () => {
  const open = patched(whole(), breakPatch(whole(), "why"));
  assert.deepEqual(open.metadata.annotations, { "landlord.dev/break-glass": "why" });
});

test("leaves alone what else has changed since", () => {
  const open = patched(whole(), breakPatch(whole(), "why"));
  const [a = assert.fail(), b = assert.fail()] = open.webhooks ?? [];
  const renewed: Stoppable = {
    ...open,
    webhooks: [{ ...a, clientConfig: { caBundle: "new" } } as typeof a, b, { name: "c" }],
  };
  assert.deepEqual(brokenGlass(renewed)?.closed, ["c"]);
  const mended = patched(renewed, undoPatch(renewed));
  assert.deepEqual(mended.webhooks, [
    { name: "a", clientConfig: { caBundle: "new" } },
    { name: "b", matchConditions: [CONDITION] },
    { name: "c" },
  ]);
});

test("opens what was put back, and nothing twice", () => {
  const open = patched(whole(), breakPatch(whole(), "first"));
  const [a = assert.fail()] = open.webhooks ?? [];
  const half: Stoppable = { ...open, webhooks: [a, { name: "b" }] };
  const again = patched(half, breakPatch(half, "second"));
  assert.deepEqual(brokenGlass(again), { open: ["a", "b"], closed: [], note: "second" });
  assert.deepEqual(
    again.webhooks?.map(({ matchConditions }) => matchConditions),
    [[NEVER], [NEVER]],
  );
});

test("is not fooled by a webhook that has moved, and has nothing to undo where all is whole", () => {
  const [first] = breakPatch(whole(), "why");
  assert.deepEqual(first, { op: "test", path: "/webhooks/0/name", value: "a" });
  assert.deepEqual(undoPatch(whole()), []);
  assert.deepEqual(undoPatch(whole({ "landlord.dev/break-glass": "x" })), [
    { op: "remove", path: "/metadata/annotations/landlord.dev~1break-glass" },
  ]);
});
