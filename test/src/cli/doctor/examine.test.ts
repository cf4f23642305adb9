import assert from "node:assert/strict";
import { test } from "node:test";
import type { Check } from "../../../../src/cli/doctor/check.ts";
import { examine } from "../../../../src/cli/doctor/examine.ts";
import { ok } from "../../../../src/cli/doctor/finding.ts";
import type { CallOptions, KubeClient } from "../../../../src/kube/client.ts";
import { NAMESPACE } from "../../../../src/kube/kinds.ts";
import { createTestClock } from "../../../helpers/clock.ts";
import { inOneLine, SETTINGS, SHIPPED } from "../../../helpers/doctor.ts";
import { createFakeKube, kubeError } from "../../../helpers/kube-fake.ts";

const check = (name: string, run: Check["check"]): Check => ({ name, check: run });

function examined(checks: Check[], getPath: KubeClient["getPath"]) {
  const clock = createTestClock();
  const client = { ...createFakeKube().client, getPath };
  const { signal } = new AbortController();
  const installation = { client, settings: SETTINGS, clock };
  const told = examine({ installation, checks, signal, deadlineMs: 20_000, shipped: SHIPPED });
  return { clock, lines: told.then((all) => all.map((each) => `${each.check} ${inOneLine(each)}`)) };
}

const answers: KubeClient["getPath"] = async (_path, { onHead }: CallOptions = {}) => {
  onHead?.({ date: Date.parse("2026-01-01T00:01:00Z"), warnings: [] });
  return { gitVersion: "v1.36.2" };
};

test("tells in the order of the checks, and knows the server's version and time", async () => {
  const slow = check("slow", async ({ version }) => {
    await new Promise((resolve) => void setImmediate(resolve));
    return [ok(`first ${version}`)];
  });
  const fast = check("fast", async ({ skewMs, now }) => [ok(`${skewMs} ${new Date(now()).toISOString()}`)]);
  assert.deepEqual(await examined([slow, fast], answers).lines, [
    "api-server ok: the API server answers (v1.36.2)",
    "slow ok: first v1.36.2",
    "fast ok: 60500 2026-01-01T00:01:00.500Z",
  ]);
});

test("takes what throws for what it cannot tell, and goes on", async () => {
  const forbidden = check("forbidden", () => Promise.reject(kubeError(403, "Forbidden")));
  const fine = check("fine", async () => [ok("fine")]);
  const lines = await examined([forbidden, fine], answers).lines;
  assert.match(lines[1] ?? "", /^forbidden unknown: cannot tell: .* -> kubectl auth can-i --list$/);
  assert.equal(lines[2], "fine ok: fine");
});

test("tells of the server alone where it does not answer", async () => {
  const lines = await examined([check("never", async () => [ok("")])], () => Promise.reject(kubeError(0, "refused")))
    .lines;
  assert.deepEqual(lines, ["api-server unknown: test: refused -> kubectl get --raw /readyz"]);
});

test("ends in time, whatever hangs", async () => {
  const hangs = check("hangs", async ({ cluster }) => {
    await cluster.get(NAMESPACE, { name: "a" });
    return [];
  });
  const clock = createTestClock();
  const get = ((_kind, _ref, { signal } = {}) =>
    new Promise((_, reject) => {
      signal?.addEventListener("abort", () => reject(kubeError(0, "aborted")));
    })) as KubeClient["get"];
  const client = { ...createFakeKube().client, getPath: answers, get };
  const installation = { client, settings: SETTINGS, clock };
  const { signal } = new AbortController();
  const told = examine({ installation, checks: [hangs], signal, deadlineMs: 20_000, shipped: SHIPPED });
  await clock.advance(20_000);
  assert.deepEqual(
    (await told).map(({ check: name, status }) => [name, status]),
    [
      ["api-server", "ok"],
      ["hangs", "unknown"],
    ],
  );
  assert.equal(clock.pending(), 0);
});
