import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type StepState, statusChange } from "../../../src/initializer/status.ts";
import type { Condition, Namespace } from "../../../src/model/kube-object.ts";
import { NOW } from "../../helpers/tenant.ts";

const done = (step: string): StepState => ({ step, done: true, reason: "Applied", message: "as it should be" });
const waits: StepState = { step: "token-secret", done: false, reason: "WaitingForToken", message: "no token yet" };

const namespaceWith = (conditions?: Condition[]): Namespace => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: "team-a" },
  ...(conditions === undefined ? {} : { status: { conditions } }),
});

const told = (conditions: Condition[] | undefined): string[] =>
  (conditions ?? []).map(({ type, status, reason }) => `${type}=${status} ${reason}`);

describe("statusChange", () => {
  it("tells each step and, last, that the tenant is ready", () => {
    const conditions = statusChange(namespaceWith(), [done("service-account"), done("role-binding")], NOW);
    assert.deepEqual(told(conditions), [
      "landlord.dev/service-account=True Applied",
      "landlord.dev/role-binding=True Applied",
      "TenantReady=True Initialized",
    ]);
    assert.equal(conditions?.[0]?.lastTransitionTime, "2026-01-01T00:00:00Z");
  });

  it("gives the first step that is not done as the reason why the tenant is not ready", () => {
    const conditions = statusChange(namespaceWith(), [done("service-account"), waits], NOW);
    assert.deepEqual(told(conditions).slice(1), [
      "landlord.dev/token-secret=False WaitingForToken",
      "TenantReady=False WaitingForToken",
    ]);
    assert.equal(conditions?.at(-1)?.message, "token-secret: no token yet");
  });

  it("has nothing to change once everything is said", () => {
    const conditions = statusChange(namespaceWith(), [done("service-account"), waits], NOW);
    assert.ok(conditions);
    assert.equal(
      statusChange(namespaceWith(conditions.toReversed()), [done("service-account"), waits], NOW + 60_000),
      undefined,
    );
  });

  it("moves the transition time only of what has turned", () => {
    const before = statusChange(namespaceWith(), [done("service-account"), waits], NOW);
    const after = statusChange(namespaceWith(before), [done("service-account"), done("token-secret")], NOW + 5_000);
    assert.deepEqual(
      after?.map(({ lastTransitionTime }) => lastTransitionTime),
      ["2026-01-01T00:00:00Z", "2026-01-01T00:00:05Z", "2026-01-01T00:00:05Z"],
    );
  });

  it("keeps the time when only the message is new", () => {
    const before = statusChange(namespaceWith(), [waits], NOW);
    const after = statusChange(namespaceWith(before), [{ ...waits, message: "still none" }], NOW + 5_000);
    assert.equal(after?.[0]?.lastTransitionTime, "2026-01-01T00:00:00Z");
  });

  it("drops conditions of steps that are no longer there, and leaves other people's out of it", () => {
    const before = statusChange(namespaceWith(), [done("service-account"), done("old-step")], NOW) ?? [];
    const foreign: Condition = { ...(before[0] as Condition), type: "NamespaceDeletionContentFailure" };
    const after = statusChange(namespaceWith([...before, foreign]), [done("service-account")], NOW);
    assert.deepEqual(told(after), ["landlord.dev/service-account=True Applied", "TenantReady=True Initialized"]);
    assert.equal(statusChange(namespaceWith([...(after ?? []), foreign]), [done("service-account")], NOW), undefined);
  });
});
