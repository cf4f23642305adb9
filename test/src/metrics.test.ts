import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createMetrics } from "../../src/metrics.ts";

describe("createMetrics", () => {
  it("names every metric after the product, with help and a unit or a count", async () => {
    const metrics = createMetrics();
    const { body, contentType } = await metrics.scrape();
    const names = [...body.matchAll(/^# HELP (\S+) (.*)$/gm)];
    assert.ok(names.length > 15);
    for (const [, name = "", help = ""] of names) {
      assert.match(name, /^landlord_[a-z_]+$/);
      assert.ok(help.endsWith("."), `${name}: ${help}`);
    }
    assert.match(contentType, /^text\/plain/);
  });

  it("keeps two services in one process apart", async () => {
    const [one, two] = [createMetrics(), createMetrics()];
    one.leader.set(1);
    assert.match((await one.scrape()).body, /^landlord_leader 1$/m);
    assert.match((await two.scrape()).body, /^landlord_leader 0$/m);
  });
});
