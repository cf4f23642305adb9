import assert from "node:assert/strict";
import { test } from "node:test";
import { apply_patch } from "jsonpatch";
import type { KubeClient } from "../../../src/kube/client.ts";
import type { KubeObject } from "../../../src/model/kube-object.ts";
import { brokenGlass, type Stoppable } from "../../../src/tls/break-glass.ts";
import { runLine } from "../../helpers/cli.ts";
import { createTestClock } from "../../helpers/clock.ts";
import { SETTINGS } from "../../helpers/doctor.ts";
import { createFakeKube, kubeError } from "../../helpers/kube-fake.ts";
import { configuration, putConfigurations } from "../../helpers/webhook-configurations.ts";

const KIND = "ValidatingWebhookConfiguration";
const REF = { name: "landlord" };

/** A cluster with both configurations, and the command line over it. */
function world() {
  const kube = createFakeKube();
  putConfigurations(kube);
  const patch = (async (kind, ref, { body }) => {
    const before = await kube.client.patch<Stoppable>(kind, ref, { type: "merge", body: {} });
    return kube.put(apply_patch(before, body as object[]));
  }) as KubeClient["patch"];
  const create = (async (kind, object: KubeObject) =>
    kind.kind === "SelfSubjectReview"
      ? { ...object, status: { userInfo: { username: "ada" } } }
      : kube.client.create(kind, object)) as KubeClient["create"];
  const client = { ...kube.client, patch, create };
  const run = (...argv: string[]) =>
    runLine(["break-glass", ...argv], {
      deps: { withInstallation: (use) => use({ client, settings: SETTINGS, clock: createTestClock() }) },
    });
  const stored = (): Stoppable => kube.get<Stoppable>(KIND, REF) ?? assert.fail();
  const events = (): string[] => kube.calls.filter((line) => line.startsWith("create Event"));
  return { kube, run, stored, events };
}

test("opens every webhook with one patch, says who and why, and takes it back", async () => {
  const { kube, run, stored, events } = world();
  const before = stored();
  const { code, out } = await run("--reason", "storm,\nINC-7");
  assert.equal(code, 0);
  assert.match(out, /all 6 webhooks .* let everything through/);
  assert.match(out, /landlord break-glass --undo/);
  const { open, closed, note } = brokenGlass(stored()) ?? assert.fail();
  assert.deepEqual(
    [open.length, closed, note],
    [before.webhooks?.length, [], "ada 2026-01-01T00:00:00.000Z storm,\\u{a}INC-7"],
  );
  assert.equal(kube.calls.filter((line) => line.startsWith("patch")).length, 1);
  assert.equal(events().length, 1);

  const undone = await run("--undo");
  assert.match(undone.out, /broken by: ada 2026/);
  assert.deepEqual(stored().webhooks, before.webhooks);
  assert.deepEqual(stored().metadata.annotations ?? {}, {});
  assert.equal(events().length, 2);
  assert.match((await run("--undo")).out, /nothing to undo/);
});

test("wants to know why, before it touches anything", async () => {
  const { kube, run } = world();
  for (const argv of [[], ["--reason", "  "]]) assert.equal((await run(...argv)).code, 2);
  assert.deepEqual(kube.calls, []);
});

test("tries again where somebody wrote in between, and not for ever", async () => {
  const { kube, run, stored } = world();
  for (let times = 0; times < 4; times++) kube.failNext(`patch ${KIND}`, kubeError(422, "Invalid"));
  assert.equal((await run("--reason", "x")).code, 0);
  assert.ok(brokenGlass(stored()));
  kube.put(configuration(KIND));
  for (let times = 0; times < 5; times++) kube.failNext(`patch ${KIND}`, kubeError(409, "Conflict"));
  assert.equal((await run("--reason", "x")).code, 1);
});

test("does its work where neither its name nor an Event can be had", async () => {
  const { kube, run, stored } = world();
  kube.failNext("create Event", kubeError(403, "Forbidden"));
  const { code, error } = await run("--reason", "x");
  assert.equal(code, 0);
  assert.match(error, /no Event says so: test: Forbidden/);
  assert.ok(brokenGlass(stored()));
});

test("says that there is nothing to stop, and what it may not do", async () => {
  const { kube, run } = world();
  kube.failNext(`patch ${KIND}`, kubeError(403, "Forbidden"));
  assert.match((await run("--reason", "x")).error, /Forbidden/);
  kube.delete(KIND, REF);
  const { code, error } = await run("--reason", "x");
  assert.equal(code, 1);
  assert.match(error, /is not there: nothing is judged anyway/);
});
