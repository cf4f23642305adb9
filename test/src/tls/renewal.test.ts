import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RefreshedSource } from "../../../certs/source.ts";
import { createMetrics } from "../../../src/metrics.ts";
import { createRenewal } from "../../../src/tls/renewal.ts";
import { createTestClock } from "../../helpers/clock.ts";
import { createFakeKube } from "../../helpers/kube-fake.ts";
import { createTestLog } from "../../helpers/log.ts";

function setUp(refresh: () => Promise<void>, due: () => boolean = () => false) {
  const clock = createTestClock();
  const source: RefreshedSource = { current: () => undefined, subscribe: () => undefined, refresh, due };
  const stop = new AbortController();
  const renewal = createRenewal({
    client: createFakeKube().client,
    source,
    secret: { namespace: "landlord", name: "certificate" },
    clock,
    log: createTestLog().log,
    metrics: createMetrics(),
  });
  const ended = renewal.run(stop.signal);
  return { clock, end: () => (stop.abort(), ended) };
}

describe("createRenewal", () => {
  it("looks at once, and then every hour", async () => {
    let looks = 0;
    const { clock, end } = setUp(() => Promise.resolve(void looks++));
    await clock.advance(0);
    assert.equal(looks, 1);
    await clock.advance(3_599_000);
    assert.equal(looks, 1);
    await clock.advance(1_000);
    assert.equal(looks, 2);
    await end();
  });

  it("tries again soon when it fails", async () => {
    let looks = 0;
    const { clock, end } = setUp(() => (++looks < 3 ? Promise.reject(new Error("no answer")) : Promise.resolve()));
    await clock.advance(60_000);
    assert.equal(looks, 3);
    await end();
  });

  it("looks within seconds when something is due", async () => {
    let looks = 0;
    const isDue = { now: false };
    const { clock, end } = setUp(
      () => Promise.resolve(void looks++),
      () => isDue.now,
    );
    await clock.advance(10_000);
    isDue.now = true;
    await clock.advance(2_000);
    assert.equal(looks, 2);
    await end();
  });
});
