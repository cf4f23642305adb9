import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { KubeError } from "../../../src/kube/errors.ts";
import { createClaim } from "../../../src/kube/lease-claim.ts";
import { createTestClock } from "../../helpers/clock.ts";
import { createLeaseServer } from "../../helpers/lease-server.ts";

const CALL = { timeoutMs: 5_000 };
const TAKE = { keep: false, ...CALL };
const KEEP = { keep: true, ...CALL };

function made() {
  const clock = createTestClock();
  const server = createLeaseServer();
  const claim = (identity: string, client = server.client()) =>
    createClaim({ client, namespace: "n", name: "l", identity, durationMs: 15_000, clock });
  return { clock, server, claim };
}

describe("a claim to a Lease", () => {
  it("takes one that is not there, and one without a holder", async () => {
    const { server, claim } = made();
    const a = claim("a");
    assert.equal(await a.hold(TAKE), "held");
    await a.release(5_000);
    assert.equal(await claim("b").hold(TAKE), "held");
    assert.deepEqual(server.writes, ["a", "", "b"]);
  });

  it("takes one of a silent holder, but only after it has watched it for the holder's whole duration", async () => {
    const { clock, claim } = made();
    await claim("a").hold(TAKE);
    await clock.advance(3_600_000);
    const b = claim("b");
    assert.equal(await b.hold(TAKE), "other");
    assert.equal(b.holder(), "a");
    await clock.advance(14_999);
    assert.equal(await b.hold(TAKE), "other");
    await clock.advance(1);
    assert.equal(await b.hold(TAKE), "held");
  });

  it("begins to wait anew with every sign of life", async () => {
    const { clock, claim } = made();
    const [a, b] = [claim("a"), claim("b")];
    await a.hold(TAKE);
    await b.hold(TAKE);
    await clock.advance(10_000);
    await a.hold(KEEP);
    await b.hold(TAKE);
    await clock.advance(10_000);
    assert.equal(await b.hold(TAKE), "other");
    await clock.advance(5_000);
    assert.equal(await b.hold(TAKE), "held");
  });

  it("does not believe a clock that jumps", async () => {
    const { clock, claim } = made();
    await claim("a").hold(TAKE);
    const b = claim("b");
    await b.hold(TAKE);
    clock.jump(3_600_000);
    assert.equal(await b.hold(TAKE), "other");
    clock.jump(-7_200_000);
    await clock.advance(15_000);
    assert.equal(await b.hold(TAKE), "held");
  });

  it("renews with one write, and does not take back what was taken, however silent the taker", async () => {
    const { clock, server, claim } = made();
    const calls: string[] = [];
    const a = claim(
      "a",
      server.client((call, when) => void (when === "before" && calls.push(call))),
    );
    await a.hold(TAKE);
    calls.length = 0;
    assert.equal(await a.hold(KEEP), "held");
    assert.deepEqual(calls, ["replace"]);
    server.steal("b");
    assert.equal(await a.hold(KEEP), "other");
    await clock.advance(60_000);
    assert.equal(await a.hold(KEEP), "other");
  });

  it("finds its own write again whose answer was lost", async () => {
    const { server, claim } = made();
    let lose = false;
    const a = claim(
      "a",
      server.client((_, when) => {
        if (lose && when === "after") throw new KubeError("reset", { status: 0 });
      }),
    );
    await a.hold(TAKE);
    lose = true;
    await assert.rejects(a.hold(KEEP), { status: 0 });
    lose = false;
    assert.equal(await a.hold(KEEP), "held");
  });

  it("lets only one of two take it that looked at the same time", async () => {
    const { server, claim } = made();
    const gate = Promise.withResolvers<void>();
    const slow = (call: string, when: string): Promise<void> | undefined =>
      call === "create" && when === "before" ? gate.promise : undefined;
    const results = ["a", "b"].map((identity) => claim(identity, server.client(slow)).hold(TAKE));
    gate.resolve();
    assert.deepEqual((await Promise.all(results)).toSorted(), ["again", "held"]);
    assert.equal(server.writes.length, 1);
  });

  it("makes it anew when somebody has deleted it", async () => {
    const { server, claim } = made();
    const a = claim("a");
    await a.hold(TAKE);
    server.lease = undefined;
    assert.equal(await a.hold(KEEP), "held");
  });

  it("releases only what it holds", async () => {
    const { server, claim } = made();
    const [a, b] = [claim("a"), claim("b")];
    await a.hold(TAKE);
    await b.hold(TAKE);
    await b.release(5_000);
    assert.deepEqual(server.writes, ["a"]);
    server.steal("b");
    await assert.rejects(a.release(5_000), { status: 409 });
    assert.deepEqual(server.writes, ["a", "b"]);
  });
});
