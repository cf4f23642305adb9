import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { KubeClient, WatchEvent } from "../../../src/kube/client.ts";
import { KubeError } from "../../../src/kube/errors.ts";
import { NAMESPACE } from "../../../src/kube/kinds.ts";
import { REFLECTOR_TIMING, reflect } from "../../../src/kube/reflector.ts";
import type { KubeObject } from "../../../src/model/kube-object.ts";
import { createTestClock } from "../../helpers/clock.ts";
import { createTestLog } from "../../helpers/log.ts";
import { namespace } from "../../helpers/scripted-apiserver.ts";

const away = (): KubeError => new KubeError("watch namespaces: connection refused", { status: 0 });

/** A client whose lists are empty, and whose watches do what `watch` says for the number of the call. */
function reflected(
  watch: (call: number) => AsyncGenerator<WatchEvent<KubeObject>>,
  listFails = (): Error | undefined => undefined,
) {
  const clock = createTestClock();
  const log = createTestLog();
  const stop = new AbortController();
  const at: { list: number[]; watch: number[] } = { list: [], watch: [] };
  const started = clock.now();
  const client = {
    // oxlint-disable-next-line require-yield
    async *list() {
      at.list.push(clock.now() - started);
      const error = listFails();
      if (error !== undefined) throw error;
      yield await Promise.resolve({ items: [], resourceVersion: "10" });
    },
    watch() {
      at.watch.push(clock.now() - started);
      return watch(at.watch.length);
    },
  } as unknown as KubeClient;
  const restarts: string[] = [];
  const done = reflect<KubeObject>(
    {
      client,
      kind: NAMESPACE,
      select: {},
      prepare: (object) => object,
      sink: {
        listed: () => undefined,
        put: () => undefined,
        drop: () => undefined,
        reached: () => undefined,
        restarted: (cause) => restarts.push(cause),
      },
      timing: REFLECTOR_TIMING,
      clock,
      log: log.log,
      random: () => 1,
    },
    stop.signal,
  );
  return {
    clock,
    log,
    at,
    restarts,
    end: (): Promise<void> => {
      stop.abort();
      return done;
    },
  };
}

// oxlint-disable-next-line require-yield
async function* failing(fault: Error): AsyncGenerator<WatchEvent<KubeObject>> {
  throw await Promise.resolve(fault);
}

describe("the back-off of a reflector", () => {
  it("doubles from 0.8 s to 30 s while nothing answers", async () => {
    const { clock, at, end } = reflected(() => failing(away()), away);
    await clock.advance(120_000);
    assert.deepEqual(at.list.slice(0, 8), [0, 800, 2_400, 5_600, 12_000, 24_800, 50_400, 80_400]);
    await end();
  });

  it("begins anew after a watch that lived for long", async () => {
    const { clock, at, end } = reflected(async function* (call) {
      if (call !== 3) yield* failing(away());
      await new Promise<void>((resolve) => void clock.after(20_000, resolve));
      throw away();
    });
    await clock.advance(23_000);
    // fails at 0 and 0.8 s, lives from 2.4 s to 22.4 s, and is back 0.8 s later
    await clock.advance(2_000);
    assert.deepEqual(at.watch.slice(0, 4), [0, 800, 2_400, 23_200]);
    assert.deepEqual(at.list, [0]);
    await end();
  });

  it("begins anew after an event, but still does not spin", async () => {
    const { clock, at, end } = reflected(async function* () {
      yield await Promise.resolve({ type: "ADDED", object: namespace("a", "11") } as const);
      throw away();
    });
    await clock.advance(4_000);
    assert.deepEqual(at.watch, [0, 800, 1_600, 2_400, 3_200, 4_000]);
    await end();
  });

  it("keeps to Retry-After when that is longer", async () => {
    const { clock, at, end } = reflected(() => failing(new KubeError("x", { status: 429, retryAfterMs: 45_000 })));
    await clock.advance(50_000);
    assert.deepEqual(at.watch, [0, 45_000]);
    await end();
  });

  it("ends at once when aborted in the middle of a wait", async () => {
    const { clock, at, end } = reflected(() => failing(away()), away);
    await clock.advance(30_000);
    await end();
    assert.equal(clock.pending(), 0);
    const { length } = at.list;
    await clock.advance(60_000);
    assert.equal(at.list.length, length);
  });

  it("warns once per cause, and again when the watch had recovered", async () => {
    const { clock, log, end } = reflected(async function* (call) {
      if (call === 4) await new Promise<void>((resolve) => void clock.after(60_000, resolve));
      yield* failing(call === 2 ? new KubeError("watch namespaces: internal error", { status: 500 }) : away());
    });
    await clock.advance(90_000);
    const warnings = log.lines.filter(({ level }) => level === "warn").map(({ fields }) => fields["error"]);
    assert.deepEqual(warnings, [
      "watch namespaces: connection refused",
      "watch namespaces: internal error",
      "watch namespaces: connection refused",
      "watch namespaces: connection refused",
    ]);
    await end();
  });

  it("counts why watches were begun anew", async () => {
    const { clock, restarts, end } = reflected(async function* (call) {
      if (call === 1) yield* failing(new KubeError("x", { status: 410 }));
      if (call === 2) return;
      yield* failing(away());
    });
    await clock.advance(3_000);
    assert.deepEqual(restarts.slice(0, 3), ["expired", "closed", "error"]);
    await end();
  });
});
