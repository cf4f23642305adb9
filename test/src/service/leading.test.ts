import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { SECRET } from "../../../src/kube/kinds.ts";
import type { Lease } from "../../../src/kube/lease-record.ts";
import { createLeading, type Leading } from "../../../src/service/leading.ts";
import { createTestClock } from "../../helpers/clock.ts";
import { eventually } from "../../helpers/eventually.ts";
import { createFakeKube } from "../../helpers/kube-fake.ts";
import { partsOf } from "../../helpers/parts.ts";

const REF = { namespace: "landlord", name: "l" };
const secret = (name: string) => ({ apiVersion: "v1", kind: "Secret", metadata: { namespace: "a", name } });
const untilTold = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });

async function scene(t: TestContext) {
  const kube = createFakeKube();
  kube.put({ apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: REF, spec: {} });
  const opened = await partsOf(t, { LANDLORD_IDENTITY: "me" });
  const clock = createTestClock();
  const { metrics } = opened.parts;
  const what = { role: "work", lease: "l", leader: metrics.leader };
  const leading = createLeading({ ...opened.parts, clock }, { client: kube.client }, what);
  const holder = (): string => kube.get<Lease>("Lease", REF)?.spec?.holderIdentity ?? "";
  return { kube, clock, leading, holder, ...opened };
}

const writes = (leading: Leading, name: string): Promise<unknown> => leading.client.create(SECRET, secret(name));

describe("createLeading", () => {
  it("writes while the Lease is held, and neither before nor after", async (t) => {
    const { kube, leading, holder, lifecycle } = await scene(t);
    await assert.rejects(writes(leading, "early"), /not the leader/);
    const led = Promise.withResolvers<void>();
    leading.run(async (signal) => {
      await writes(leading, "in-time");
      led.resolve();
      await untilTold(signal);
      await writes(leading, "in-hand");
    });
    await led.promise;
    assert.match(holder(), /^me_[0-9a-f]{8}$/);
    assert.equal(await lifecycle.stop(), true);
    await assert.rejects(writes(leading, "late"), /not the leader/);
    assert.equal(holder(), "");
    const made = kube.writes().filter((line) => line.startsWith("create"));
    assert.deepEqual(made, ["create Secret a/in-time", "create Secret a/in-hand"]);
  });

  it("tells what was done before the Lease goes to another", async (t) => {
    const { kube, leading, lifecycle } = await scene(t);
    const led = Promise.withResolvers<void>();
    leading.run(async (signal) => {
      led.resolve();
      await untilTold(signal);
      leading.events.record(secret("x"), { type: "Normal", reason: "Created", message: "created it" });
    });
    await led.promise;
    await lifecycle.stop();
    const last = kube.writes().slice(-2);
    assert.match(last[0] ?? "", /^create Event a\/x\./);
    assert.match(last[1] ?? "", /^replace Lease/);
  });

  it("writes nothing when it wakes up after its time, and stops at that", async (t) => {
    const { kube, clock, leading, lines } = await scene(t);
    const answered = Promise.withResolvers<void>();
    const outcome = Promise.withResolvers<unknown>();
    let led: AbortSignal | undefined;
    leading.run(async (signal) => {
      led = signal;
      await answered.promise; // of a call that was under way when the process was frozen
      outcome.resolve(await writes(leading, "late").catch((error: unknown) => error));
      await untilTold(signal);
    });
    await eventually("it leads", () => led !== undefined);
    clock.jump(10_000); // no timer has run
    answered.resolve();
    assert.match(String(await outcome.promise), /not the leader/);
    assert.equal(led?.aborted, true);
    leading.events.record(secret("x"), { type: "Normal", reason: "Created", message: "too late" });
    await leading.events.flush();
    assert.ok(!kube.writes().some((line) => /^create (Secret|Event)/.test(line)));
    assert.ok(!lines.some(({ level }) => level === "error"));
  });
});
