import assert from "node:assert/strict";
import { test } from "node:test";
import type { CommandDeps } from "../../../src/cli/command.ts";
import type { KubeClient } from "../../../src/kube/client.ts";
import { runLine } from "../../helpers/cli.ts";
import { createTestClock } from "../../helpers/clock.ts";
import { SETTINGS } from "../../helpers/doctor.ts";
import { createFakeKube, kubeError } from "../../helpers/kube-fake.ts";

/** Over an API server that knows its version and allows everything that is asked of it, or what `change` makes of it. */
function over(change: Partial<KubeClient> = {}): Partial<CommandDeps> {
  const create = (async (kind: { kind: string }, object: object) =>
    kind.kind === "SelfSubjectReview"
      ? { ...object, status: { userInfo: { username: "ada" } } }
      : { ...object, status: { allowed: true } }) as KubeClient["create"];
  const getPath: KubeClient["getPath"] = async (_path, options) => {
    options?.onHead?.({ date: Date.parse("2026-01-01T00:00:00Z"), warnings: [] });
    return { gitVersion: "v1.36.2" };
  };
  const client = { ...createFakeKube().client, create, getPath, ...change };
  return { withInstallation: (use) => use({ client, settings: SETTINGS, clock: createTestClock() }) };
}

test("shows a table with a verdict, and the commands below it", async () => {
  const { code, out } = await runLine(["doctor"], { deps: over() });
  assert.equal(code, 1);
  const lines = out.split("\n");
  assert.match(lines[0] ?? "", /^CHECK +STATUS +FINDING$/);
  assert.match(lines[1] ?? "", /^api-server +OK +the API server answers \(v1\.36\.2\)$/);
  assert.ok(lines.some((line) => /^leases +PROBLEM +Lease landlord\/landlord is missing/.test(line)));
  assert.ok(lines.includes("What to run:"));
  assert.equal(
    lines.filter((line) => line === "  kubectl get pods -n landlord -l app.kubernetes.io/name=landlord").length,
    1,
  );
  assert.equal(lines.at(-2), "unhealthy");
});

test("gives programs verdict, code and every finding", async () => {
  const { code, out } = await runLine(["doctor", "-o", "json"], { deps: over() });
  const { verdict, exitCode, findings } = JSON.parse(out);
  assert.deepEqual([code, verdict, exitCode], [1, "unhealthy", 1]);
  assert.deepEqual(Object.keys(findings[0]), ["check", "status", "message", "command"]);
});

test("asks only what holds before the start, where it is told so", async () => {
  const { code, out } = await runLine(["doctor", "--before-start", "-o", "json"], { deps: over() });
  const checks = JSON.parse(out).findings.map(({ check }: { check: string }) => check);
  assert.deepEqual([code, checks], [0, ["api-server", "version", "clock", "rights"]]);
});

test("cannot tell anything of a server that does not answer", async () => {
  const { code, out } = await runLine(["doctor"], {
    deps: over({ getPath: () => Promise.reject(kubeError(0, "refused")) }),
  });
  assert.equal(code, 2);
  assert.match(
    out,
    /api-server +UNKNOWN +test: refused\n\nWhat to run:\n {2}kubectl get --raw \/readyz\n\ncannot tell\n$/,
  );
});

test("knows its formats", async () => {
  const { code, error } = await runLine(["doctor", "-o", "xml"]);
  assert.equal(code, 2);
  assert.match(error, /must be table, json or yaml/);
});
