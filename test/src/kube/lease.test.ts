import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { KubeError } from "../../../src/kube/errors.ts";
import { type LeaseOptions, runWithLease } from "../../../src/kube/lease.ts";
import { createMetrics } from "../../../src/metrics.ts";
import { delay } from "../../../src/model/clock.ts";
import { createTestClock } from "../../helpers/clock.ts";
import { createLeaseServer, type LeaseServer } from "../../helpers/lease-server.ts";
import { createTestLog } from "../../helpers/log.ts";

/** Time, a Lease, and a diary of who leads: it fails the test when two lead at once. */
function scene() {
  const clock = createTestClock();
  const server = createLeaseServer();
  const began = clock.now();
  const diary: string[] = [];
  const leading = new Set<string>();
  const running: Promise<void>[] = [];
  const at = (): string => `${(clock.now() - began) / 1000}s`;

  function replica(
    identity: string,
    options: {
      trouble?: Parameters<LeaseServer["client"]>[0];
      /** How long it takes to stop. */
      stopMs?: number;
      lead?: LeaseOptions["lead"];
    } = {},
  ) {
    const stop = new AbortController();
    const log = createTestLog();
    const metrics = createMetrics();
    const lead = async (signal: AbortSignal): Promise<void> => {
      assert.deepEqual([...leading], [], "two lead at once");
      leading.add(identity);
      diary.push(`${at()} ${identity} leads`);
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
      if (options.stopMs !== undefined) await delay(options.stopMs, clock, new AbortController().signal);
      leading.delete(identity);
      diary.push(`${at()} ${identity} stopped`);
    };
    const done = runWithLease({
      client: server.client(options.trouble),
      namespace: "n",
      name: "l",
      identity,
      clock,
      log: log.log,
      metrics,
      signal: stop.signal,
      lead: options.lead ?? lead,
    });
    running.push(done.catch(() => undefined));
    return { stop, done, log, metrics };
  }
  return { clock, server, diary, replica, end: () => Promise.all(running) };
}

const away = (): never => {
  throw new KubeError("connection refused", { status: 0 });
};

describe("leadership by a Lease", () => {
  it("is one of two contenders', and the holder's for as long as it renews", async () => {
    const { clock, server, diary, replica, end } = scene();
    const a = replica("a");
    await clock.advance(0);
    const b = replica("b");
    await clock.advance(600_000);
    assert.deepEqual(diary, ["0s a leads"]);
    assert.equal(server.lease?.spec?.holderIdentity, "a");
    assert.equal(server.lease.spec.leaseDurationSeconds, 15);
    assert.equal(server.lease.spec.leaseTransitions, 0);
    assert.match((await a.metrics.scrape()).body, /landlord_leader 1/);
    assert.match((await b.metrics.scrape()).body, /landlord_leader 0/);
    a.stop.abort();
    b.stop.abort();
    await clock.advance(10_000);
    await end();
    assert.equal(clock.pending(), 0);
  });

  it("goes to the next at its next look when released, after the leader has stopped", async () => {
    const { clock, server, diary, replica, end } = scene();
    const a = replica("a", { stopMs: 1_500 });
    await clock.advance(0);
    const b = replica("b");
    await clock.advance(20_000);
    a.stop.abort();
    await clock.advance(1_500);
    await a.done;
    assert.equal(server.lease?.spec?.holderIdentity, "");
    assert.match((await a.metrics.scrape()).body, /landlord_leader 0/);
    await clock.advance(2_000);
    assert.deepEqual(diary, ["0s a leads", "21.5s a stopped", "22s b leads"]);
    assert.equal(server.lease.spec.leaseTransitions, 1);
    b.stop.abort();
    await clock.advance(0);
    await end();
  });

  it("is kept up while the leader takes its time to stop", async () => {
    const { clock, diary, replica, end } = scene();
    const a = replica("a", { stopMs: 60_000 });
    await clock.advance(0);
    const b = replica("b");
    await clock.advance(5_000);
    a.stop.abort();
    await clock.advance(70_000);
    assert.deepEqual(diary.slice(0, 2), ["0s a leads", "65s a stopped"]);
    assert.match(diary[2] ?? "", /^6[567]s b leads/);
    assert.ok(a.log.lines.some(({ level, message }) => level === "error" && message === "leader did not stop in time"));
    b.stop.abort();
    await clock.advance(0);
    await end();
  });

  for (const [what, trouble] of [
    ["does not answer", away],
    ["hangs", () => new Promise<void>(() => undefined)],
    ["answers 500", () => Promise.reject(new KubeError("x", { status: 500 }))],
    ["is overloaded", () => Promise.reject(new KubeError("x", { status: 429, retryAfterMs: 60_000 }))],
    [
      "loses its answers",
      (_: string, when: string) =>
        when === "after" ? Promise.reject(new KubeError("reset", { status: 0 })) : undefined,
    ],
  ] as const) {
    it(`ends in time when the apiserver ${what}, before another can begin, though stopping takes 4 s`, async () => {
      const { clock, diary, replica } = scene();
      let broken = false;
      const a = replica("a", { stopMs: 4_000, trouble: (call, when) => (broken ? trouble(call, when) : undefined) });
      await clock.advance(0);
      const b = replica("b");
      await clock.advance(21_000);
      broken = true;
      await clock.advance(60_000);
      // last renewed at 20 s: the term ends at 30 s, the Lease at 35 s
      assert.deepEqual(diary.slice(0, 2), ["0s a leads", "34s a stopped"]);
      if (what !== "loses its answers") assert.match(diary[2] ?? "", /^3[567](\.\d+)?s b leads$/);
      a.stop.abort();
      b.stop.abort();
      await clock.advance(20_000);
    });
  }

  it("is gained again by the same replica when the apiserver comes back", async () => {
    const { clock, diary, replica, end } = scene();
    let broken = false;
    const a = replica("a", { trouble: () => (broken ? away() : undefined) });
    await clock.advance(1_000);
    broken = true;
    await clock.advance(30_000);
    broken = false;
    await clock.advance(4_000);
    assert.deepEqual(
      diary.map((line) => line.split(" ").slice(1).join(" ")),
      ["a leads", "a stopped", "a leads"],
    );
    a.stop.abort();
    await clock.advance(0);
    await end();
  });

  it("survives a single failed renewal, and a conflict with somebody's label", async () => {
    const { clock, server, diary, replica, end } = scene();
    let failures = 0;
    const a = replica("a", { trouble: () => (failures-- > 0 ? away() : undefined) });
    await clock.advance(6_000);
    failures = 1;
    await clock.advance(20_000);
    server.steal("a");
    await clock.advance(20_000);
    assert.deepEqual(diary, ["0s a leads"]);
    a.stop.abort();
    await clock.advance(0);
    await end();
  });

  it("ends at the next renewal when the Lease was stolen, and the thief is left alone", async () => {
    const { clock, server, diary, replica, end } = scene();
    const a = replica("a");
    await clock.advance(6_000);
    server.steal("thief");
    await clock.advance(5_000);
    assert.deepEqual(diary, ["0s a leads", "10s a stopped"]);
    assert.equal(server.lease?.spec?.holderIdentity, "thief");
    assert.equal(server.writes.at(-1), "thief");
    a.stop.abort();
    await clock.advance(0);
    await end();
    assert.equal(server.lease.spec.holderIdentity, "thief");
  });

  it("goes on when the Lease was deleted", async () => {
    const { clock, server, diary, replica, end } = scene();
    const a = replica("a");
    await clock.advance(6_000);
    server.lease = undefined;
    await clock.advance(20_000);
    assert.deepEqual(diary, ["0s a leads"]);
    assert.equal((server.lease as { spec?: { holderIdentity?: string } } | undefined)?.spec?.holderIdentity, "a");
    a.stop.abort();
    await clock.advance(0);
    await end();
  });

  it("is not two replicas' when the wall clock jumps under both", async () => {
    for (const jump of [3_600_000, -3_600_000]) {
      const { clock, replica, diary } = scene();
      const a = replica("a");
      await clock.advance(0);
      const b = replica("b");
      await clock.advance(12_000);
      clock.jump(jump);
      // the diary itself asserts that nobody leads beside another
      await clock.advance(60_000);
      assert.ok(
        diary.every((line) => line.includes(" a ")),
        diary.join(),
      );
      a.stop.abort();
      b.stop.abort();
      await clock.advance(20_000);
    }
  });

  it("ends before anything else when a holder wakes late", async () => {
    const { clock, diary, replica } = scene();
    const a = replica("a");
    await clock.advance(7_000);
    // the machine slept: the clock went on, timers did not
    clock.jump(120_000);
    await clock.advance(3_000);
    assert.match(diary[1] ?? "", /a stopped$/);
    assert.ok(a.log.lines.some(({ fields }) => fields["reason"] === "not renewed in time"));
    a.stop.abort();
    await clock.advance(20_000);
  });

  it("lets its leader write until it is over by the clock, though no timer has run", async () => {
    const { clock, replica, end } = scene();
    let may = (): boolean => false;
    const a = replica("a", {
      lead: (signal, holds) => {
        may = holds;
        return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
      },
    });
    await clock.advance(7_000); // renewed at 5 s
    clock.jump(7_999);
    assert.equal(may(), true);
    clock.jump(1);
    assert.equal(may(), false);
    a.stop.abort();
    await clock.advance(0);
    await end();
  });

  it("lets what is in hand be written while it winds down, and nothing after that", async () => {
    const { clock, server, replica, end } = scene();
    let may = (): boolean => false;
    const a = replica("a", {
      lead: async (signal, holds) => {
        may = holds;
        await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
        await delay(30_000, clock, new AbortController().signal);
      },
    });
    await clock.advance(1_000);
    a.stop.abort();
    await clock.advance(29_999);
    assert.deepEqual([may(), server.lease?.spec?.holderIdentity], [true, "a"]);
    await clock.advance(1);
    assert.deepEqual([may(), server.lease?.spec?.holderIdentity], [false, ""]);
    await end();
  });

  it("sends no renewal when it wakes up after its time", async () => {
    const { clock, server, replica, end } = scene();
    const a = replica("a", { stopMs: 1_000 });
    await clock.advance(4_000);
    const before = server.writes.length;
    server.steal("thief");
    clock.jump(60_000);
    await clock.advance(3_000);
    assert.deepEqual(server.writes.slice(before), ["thief"]);
    a.stop.abort();
    await clock.advance(2_000);
    await end();
  });

  it("is nobody's while the apiserver was never there, and the waiting can be ended", async () => {
    const { clock, diary, replica } = scene();
    const a = replica("a", { trouble: away });
    await clock.advance(600_000);
    assert.deepEqual(diary, []);
    assert.equal(a.log.lines.filter(({ message }) => message === "waiting for leadership").length, 1);
    a.stop.abort();
    await clock.advance(0);
    await a.done;
    assert.equal(clock.pending(), 0);
  });

  it("does not begin with a Lease whose term was over before the answer came", async () => {
    const { clock, server, diary, replica } = scene();
    let slow = true;
    const a = replica("a", {
      trouble: (call, when) =>
        slow && call === "create" && when === "after" ? delay(11_000, clock, new AbortController().signal) : undefined,
    });
    await clock.advance(12_000);
    slow = false;
    assert.deepEqual(diary, []);
    await clock.advance(2_000);
    assert.equal(diary.length, 1);
    assert.equal(server.lease?.spec?.holderIdentity, "a");
    a.stop.abort();
    await clock.advance(0);
    await a.done;
  });

  it("passes on what the leader throws, after the release", async () => {
    const { clock, server, replica } = scene();
    const broken = new Error("no table");
    const a = replica("a", { lead: () => Promise.reject(broken) });
    const failed = assert.rejects(a.done, (error) => error === broken);
    await clock.advance(0);
    await failed;
    assert.equal(server.lease?.spec?.holderIdentity, "");
    assert.equal(clock.pending(), 0);
  });

  it("ends when the leader ends by itself", async () => {
    const { clock, server, replica } = scene();
    const a = replica("a", { lead: () => Promise.resolve() });
    await clock.advance(0);
    await a.done;
    assert.equal(server.lease?.spec?.holderIdentity, "");
    assert.equal(clock.pending(), 0);
  });

  it("does not take a leader's protest at being stopped for a failure", async () => {
    const { clock, replica } = scene();
    const a = replica("a", {
      lead: (signal) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error))),
    });
    await clock.advance(1_000);
    a.stop.abort();
    await clock.advance(0);
    await a.done;
  });

  it("does not fail when the release fails", async () => {
    const { clock, replica } = scene();
    let broken = false;
    const a = replica("a", { trouble: () => (broken ? away() : undefined) });
    await clock.advance(1_000);
    broken = true;
    a.stop.abort();
    await clock.advance(0);
    await a.done;
    assert.ok(a.log.lines.some(({ message }) => message === "release failed"));
  });
});
