import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { KubeClient } from "../../../src/kube/client.ts";
import { KubeError } from "../../../src/kube/errors.ts";
import type { EventObject, Happening } from "../../../src/kube/event-object.ts";
import { createEventRecorder } from "../../../src/kube/events.ts";
import type { ObjectRef } from "../../../src/kube/kinds.ts";
import { createMetrics } from "../../../src/metrics.ts";
import { createTestClock } from "../../helpers/clock.ts";
import { createTestLog } from "../../helpers/log.ts";
import { namespace } from "../../helpers/scripted-apiserver.ts";

const READY: Happening = { type: "Normal", reason: "Ready", message: "ready" };

/** A recorder over a client that keeps what is written; `hold` keeps every call waiting. */
function made(fail: (call: string, namespace: string) => Error | undefined = () => undefined) {
  const clock = createTestClock();
  const log = createTestLog();
  const metrics = createMetrics();
  const calls: string[] = [];
  const waiting: (() => void)[] = [];
  let hold = false;
  const settle = async <T>(call: string, where: string, value: T): Promise<T> => {
    calls.push(call);
    if (hold) await new Promise<void>((resolve) => waiting.push(resolve));
    const error = fail(call, where);
    if (error !== undefined) throw error;
    return value;
  };
  const client = {
    create: (_: unknown, object: EventObject) =>
      settle(
        `create ${object.metadata.namespace} ${object.message} x${object.count}`,
        object.metadata.namespace,
        object,
      ),
    patch: (_: unknown, ref: ObjectRef, { body }: { body: { count: number; lastTimestamp: string } }) =>
      settle(`patch ${ref.namespace} x${body.count} ${body.lastTimestamp}`, ref.namespace ?? "", body),
  } as unknown as KubeClient;
  const recorder = createEventRecorder({ client, identity: "landlord-0", clock, log: log.log, metrics });
  return {
    recorder,
    clock,
    log,
    calls,
    waiting,
    hold: (on: boolean) => {
      hold = on;
      if (!on) for (const release of waiting.splice(0)) release();
    },
    dropped: async () => Number(/^landlord_events_dropped_total (\d+)/m.exec((await metrics.scrape()).body)?.[1] ?? 0),
  };
}

describe("the event recorder", () => {
  it("writes what is recorded, in order within a namespace", async () => {
    const { recorder, calls } = made();
    for (const message of ["one", "two", "three"]) recorder.record(namespace("a", "1"), { ...READY, message });
    await recorder.flush();
    assert.deepEqual(calls, ["create a one x1", "create a two x1", "create a three x1"]);
    await recorder.flush();
  });

  it("does not let one namespace keep another waiting, but writes to few at a time", async () => {
    const { recorder, calls, hold } = made();
    hold(true);
    for (const name of ["a", "b", "c", "d", "e"]) recorder.record(namespace(name, "1"), READY);
    assert.deepEqual(
      calls.map((call) => call.split(" ")[1]),
      ["a", "b", "c", "d"],
    );
    hold(false);
    await recorder.flush();
    assert.equal(calls.length, 5);
  });

  it("counts up an equal event within minutes, and tells it anew later", async () => {
    const { recorder, clock, calls } = made();
    for (const ms of [0, 60_000, 60_000, 700_000]) {
      await clock.advance(ms);
      recorder.record(namespace("a", "1"), READY);
      await recorder.flush();
    }
    assert.deepEqual(calls, [
      "create a ready x1",
      "patch a x2 2026-01-01T00:01:00Z",
      "patch a x3 2026-01-01T00:02:00Z",
      "create a ready x1",
    ]);
  });

  it("merges equal events that still wait into one write", async () => {
    const { recorder, calls, hold } = made();
    hold(true);
    recorder.record(namespace("a", "1"), { ...READY, message: "first" });
    for (let time = 0; time < 5; time++) recorder.record(namespace("a", "1"), READY);
    hold(false);
    await recorder.flush();
    assert.deepEqual(calls, ["create a first x1", "create a ready x5"]);
  });

  it("does not count up what happened to an earlier bearer of the name", async () => {
    const { recorder, calls } = made();
    recorder.record(namespace("a", "1", "one"), READY);
    await recorder.flush();
    recorder.record(namespace("a", "2", "two"), READY);
    await recorder.flush();
    assert.deepEqual(calls, ["create a ready x1", "create a ready x1"]);
  });

  it("tells an event anew whose Event has gone", async () => {
    const { recorder, calls } = made((call) =>
      call.startsWith("patch") ? new KubeError("x", { status: 404 }) : undefined,
    );
    for (let time = 0; time < 2; time++) {
      recorder.record(namespace("a", "1"), READY);
      await recorder.flush();
    }
    assert.deepEqual(calls, ["create a ready x1", "patch a x2 2026-01-01T00:00:00Z", "create a ready x1"]);
  });

  it("drops what cannot be written, counts it, and goes on", async () => {
    const { recorder, calls, dropped, log } = made((_, where) =>
      where === "ending" ? new KubeError("create Event: the namespace is being deleted", { status: 403 }) : undefined,
    );
    recorder.record(namespace("ending", "1"), READY);
    recorder.record(namespace("ending", "1"), { ...READY, message: "more" });
    recorder.record(namespace("a", "1"), READY);
    await recorder.flush();
    assert.equal(calls.length, 3);
    assert.equal(await dropped(), 2);
    assert.ok(log.lines.every(({ level }) => level === "debug"));
  });

  it("drops what comes when a thousand wait, and takes more when they are written", async () => {
    const { recorder, calls, dropped, hold } = made();
    hold(true);
    for (let number = 0; number < 1_010; number++)
      recorder.record(namespace("a", "1"), { ...READY, message: `m${number}` });
    assert.equal(await dropped(), 10);
    hold(false);
    await recorder.flush();
    assert.equal(calls.length, 1_000);
    recorder.record(namespace("a", "1"), READY);
    await recorder.flush();
    assert.equal(calls.length, 1_001);
  });

  it("takes events while it is writing, and flushes those too", async () => {
    const { recorder, calls, hold } = made();
    hold(true);
    recorder.record(namespace("a", "1"), READY);
    const flushed = recorder.flush();
    recorder.record(namespace("a", "1"), { ...READY, message: "later" });
    hold(false);
    await flushed;
    assert.equal(calls.length, 2);
  });
});
