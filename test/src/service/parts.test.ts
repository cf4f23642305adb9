import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { loadConfig } from "../../../src/config.ts";
import { createLifecycle } from "../../../src/lifecycle.ts";
import { createMetrics } from "../../../src/metrics.ts";
import { systemClock } from "../../../src/model/clock.ts";
import { closeAtTheEnd, listenUnlessStopped, openCluster } from "../../../src/service/parts.ts";
import { createTestLog } from "../../helpers/log.ts";
import { partsOf } from "../../helpers/parts.ts";

describe("openParts", () => {
  it("answers health before anything else works, and is not ready while it stops", async (t) => {
    const { parts, lifecycle, health } = await partsOf(t, {});
    assert.equal((await health("/livez")).status, 200);
    assert.equal((await health("/readyz")).status, 200);
    const stopped = Promise.withResolvers<void>();
    lifecycle.onStop("something slow", async () => {
      const { status, text } = await health("/readyz");
      assert.equal(status, 503);
      assert.match(text, /stopping/);
      stopped.resolve();
    });
    await lifecycle.stop();
    await stopped.promise;
    assert.ok(parts.checks.length > 0);
  });

  it("ends the service with a part that fails, and ends what runs when it is told to", async (t) => {
    const { parts, lifecycle, failures } = await partsOf(t, {});
    let ended = false;
    parts.background(
      "well",
      (signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve((ended = true)))),
    );
    parts.background("unwell", () => Promise.reject(new Error("broken")));
    await lifecycle.stop();
    assert.equal(ended, true);
    assert.deepEqual(
      failures.map((error) => (error as Error).message),
      ["unwell"],
    );
  });
});

describe("openCluster", () => {
  const open = (env: Record<string, string>, needed: boolean) =>
    openCluster({ config: loadConfig(env), clock: systemClock, metrics: createMetrics(), needed });

  it("does without a cluster where none is named and none is needed", async () => {
    assert.equal(await open({}, false), undefined);
  });

  it("names the kubeconfig that it was told to use and cannot", async () => {
    await assert.rejects(open({ KUBECONFIG: "/nowhere/kubeconfig" }, false), /nowhere/);
  });

  it("names the file that a Pod should have and this machine has not", async () => {
    await assert.rejects(open({ KUBERNETES_SERVICE_HOST: "10.0.0.1" }, false), /serviceaccount/);
  });
});

describe("closeAtTheEnd", () => {
  it("begins to send callers elsewhere when the service is told to stop, and closes after that and after what stops before", async (t) => {
    const { parts, lifecycle } = await partsOf(t, { LANDLORD_SHUTDOWN_TIMEOUT: "8s", LANDLORD_SHUTDOWN_DRAIN: "3s" });
    const order: string[] = [];
    const done = Promise.withResolvers<void>();
    const door = {
      drain: (ms: number) => (order.push(`drain ${ms}`), done.promise),
      close: async (ms: number) => void order.push(`close ${ms}`),
    };
    closeAtTheEnd("door", door, parts);
    lifecycle.onStop("what uses it", async () => {
      order.push("something slow");
      await new Promise((resolve) => setImmediate(resolve));
      done.resolve();
    });
    assert.equal(await lifecycle.stop(), true);
    assert.deepEqual(order, ["drain 3000", "something slow", "drain 3000", "close 2000"]);
  });
});

describe("listenUnlessStopped", () => {
  const refuses = { listen: () => Promise.reject(new Error("no certificate")) };
  const lifecycleOf = () => createLifecycle({ deadlineMs: 1_000, clock: systemClock, log: createTestLog().log });

  it("fails with a door that cannot listen", async () => {
    await assert.rejects(listenUnlessStopped(refuses, lifecycleOf()), /no certificate/);
  });

  it("does not take it for a failure once the service is being stopped", async () => {
    const lifecycle = lifecycleOf();
    await lifecycle.stop();
    await listenUnlessStopped(refuses, lifecycle);
  });
});
