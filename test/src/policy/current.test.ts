import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createMetrics } from "../../../src/metrics.ts";
import { createCurrentPolicy } from "../../../src/policy/current.ts";
import type { Reading } from "../../../src/policy/source.ts";
import type { Profile } from "../../../webhooks/policy.ts";
import { createTestClock } from "../../helpers/clock.ts";
import { createTestLog } from "../../helpers/log.ts";
import { policyBase, policyText } from "../../helpers/policy.ts";

const STRICT = { text: policyText({ profile: "strict" }) };
const BASELINE = { text: policyText({ profile: "baseline" }) };
const WRONG = { text: policyText({ profile: "lax", profil: 1, tenants: 1, exceptions: 1, warnOnly: 1 }) };
const GONE = { missing: "no such ConfigMap" };

function open({ hasSource = true } = {}) {
  const metrics = createMetrics();
  const { log, lines } = createTestLog();
  const clock = createTestClock();
  const reports: string[] = [];
  let tell: (reading: Reading) => void = () => assert.fail("nobody listens");
  const source = {
    name: "ConfigMap landlord/p",
    run: (_signal: AbortSignal, listener: typeof tell) => {
      tell = listener;
      return Promise.resolve();
    },
  };
  const current = createCurrentPolicy({
    source: hasSource ? source : undefined,
    base: policyBase(),
    clock,
    log,
    metrics,
    report: (message) => reports.push(message),
  });
  const heard: Profile[] = [];
  current.onChange(({ profile }) => heard.push(profile));
  const done = current.run(new AbortController().signal);
  const figure = async (name: string): Promise<number> =>
    Number(new RegExp(`^landlord_policy_${name} (\\S+)$`, "m").exec((await metrics.scrape()).body)?.[1]);
  return { current, tell: (reading: Reading) => tell(reading), lines, reports, heard, figure, clock, done };
}

describe("the policy in force", () => {
  it("is the default where nobody has named a source", async () => {
    const { current, done, figure } = open({ hasSource: false });
    await done;
    assert.equal(current.policy()?.profile, "strict");
    assert.equal(current.ready(), true);
    assert.equal(await figure("valid"), 1);
  });

  it("is none before a valid one was read, and says what it waits for", async () => {
    const { current, tell, figure, reports } = open();
    assert.deepEqual([current.policy(), current.ready()], [undefined, "ConfigMap landlord/p: not read yet"]);
    assert.equal(await figure("valid"), 0);
    tell(GONE);
    assert.equal(current.ready(), "ConfigMap landlord/p: no such ConfigMap");
    tell(WRONG);
    assert.equal(current.policy(), undefined);
    assert.match(reports.at(-1) ?? "", /every review is denied: line 4, column 12: spec\.profile is "lax"/);
    tell(BASELINE);
    assert.deepEqual([current.policy()?.profile, current.ready()], ["baseline", true]);
    assert.equal(await figure("valid"), 1);
  });

  it("follows its source, tells who listens, and notes when", async () => {
    const { current, tell, heard, figure, clock, lines } = open();
    tell(STRICT);
    tell(STRICT);
    await clock.advance(5_000);
    tell(BASELINE);
    assert.equal(current.policy()?.profile, "baseline");
    assert.deepEqual(heard, ["strict", "baseline"]);
    assert.equal(await figure("loaded_timestamp_seconds"), clock.now() / 1000);
    assert.deepEqual(
      lines.map(({ message }) => message),
      ["policy read", "policy changed"],
    );
  });

  for (const [what, reading] of [
    ["a version with faults", WRONG],
    ["nothing where it was", GONE],
  ] as const) {
    it(`stays as it is when there is ${what}, and says so everywhere, once`, async () => {
      const { current, tell, heard, figure, lines, reports } = open();
      tell(STRICT);
      const before = current.policy();
      tell(reading);
      tell(reading);
      assert.equal(current.policy(), before);
      assert.deepEqual(heard, ["strict"]);
      assert.equal(await figure("valid"), 0);
      assert.equal(reports.length, 1);
      assert.match(reports[0] ?? "", /^policy refused, the one before stays in force: /);
      assert.equal(lines.filter(({ level, message }) => level === "error" && message === "policy refused").length, 1);
      const ready = current.ready();
      assert.ok(typeof ready === "object");
      assert.match(ready.note, /^ConfigMap landlord\/p was refused, the policy before stays in force: /);
    });
  }

  it("is mended by a valid version, also by the very same as before", async () => {
    for (const [next, told] of [
      [STRICT, ["strict"]],
      [BASELINE, ["strict", "baseline"]],
    ] as const) {
      const { current, tell, heard, figure } = open();
      tell(STRICT);
      tell(WRONG);
      tell(next);
      assert.deepEqual([current.ready(), await figure("valid")], [true, 1]);
      assert.deepEqual(heard, told);
    }
  });

  it("tells the first faults only, and how many more there are", () => {
    const { tell, reports } = open();
    tell(WRONG);
    assert.match(reports[0] ?? "", /; and 2 more$/);
  });

  it("outlives a listener that throws", () => {
    const { current, tell, heard, lines } = open();
    current.onChange(() => {
      throw new Error("broken");
    });
    current.onChange(({ profile }) => heard.push(profile));
    tell(STRICT);
    assert.deepEqual(heard, ["strict", "strict"]);
    assert.ok(lines.some(({ message }) => message === "listener to the policy failed"));
  });
});
