// The soak in short, so that it cannot rot: a minute with a few faults, after which all must be well. `npm run soak` is the real one.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isClean, render } from "../../bench/soak/report.ts";
import { runSoak } from "../../bench/soak/soak.ts";
import { sandboxOrSkip } from "../helpers/sandbox.ts";

const { skip } = await sandboxOrSkip({ crds: ["flux"] });
/** Of each layer one, and the two that take whole processes away. */
const FAULTS = ["connections-cut", "gone", "half-lines", "answers-lost", "apiserver-restart", "holder-killed"];
const MACHINE = { date: "", cores: 0, processor: "", memoryGiB: 0, load: 0, loadAtEnd: 0, node: "", kubernetes: "" };

describe("a soak", { skip }, () => {
  it("comes to rest with nothing lost, doubled or left open", async (t) => {
    const result = await runSoak({
      seconds: 75,
      perSecond: 3,
      faultEverySeconds: 10,
      seed: 1,
      mode: "bound",
      faults: FAULTS,
      log: (line) => t.diagnostic(line),
    });
    const text = render(result, MACHINE);
    assert.ok(isClean(result), text);
    const struck = new Set(result.strikes.map(({ name }) => name));
    assert.deepEqual([...struck].toSorted(), FAULTS.toSorted(), "each fault has struck");
    const { created, deleted, damaged, denied } = result.driver.counts;
    for (const count of [created, deleted, damaged, denied, result.tokensOfTheDead]) assert.ok(count > 0, text);
    assert.match(text, /^\| duplicate writes \| 0 \|$/m);
  });
});
