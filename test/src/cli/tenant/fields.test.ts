import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { UsageError } from "../../../../src/cli/command.ts";
import { COLUMNS, withFields } from "../../../../src/cli/tenant/fields.ts";
import { ACME } from "../../../helpers/cli.ts";

describe("withFields", () => {
  it("changes what is named and leaves the rest", () => {
    const row = withFields(ACME, {
      namespace: "other",
      label: ["region=eu", "tier-"],
      param: ["a=b=c"],
      disable: true,
    });
    assert.deepEqual(row, {
      ...ACME,
      enabled: false,
      namespace: "other",
      labels: { region: "eu" },
      params: { kafkaTopic: "acme.events", a: "b=c" },
    });
  });

  it("puts a disabled tenant back with --enable", () => {
    assert.equal(withFields({ ...ACME, enabled: false }, { enable: true }).enabled, true);
    assert.equal(withFields({ ...ACME, enabled: false }, {}).enabled, false);
  });

  it("keeps keys that JavaScript has a meaning for", () => {
    const row = withFields(ACME, { param: ["__proto__=x", "constructor=y"] });
    assert.deepEqual(Object.keys(row.params).toSorted(), ["__proto__", "constructor", "kafkaTopic"]);
  });

  for (const [what, given] of [
    ["both --enable and --disable", { enable: true, disable: true }],
    ["a label without a value", { label: ["region"] }],
    ["a label without a key", { label: ["=x"] }],
    ["a namespace that cannot be one", { namespace: "Not A Namespace" }],
  ] as const) {
    it(`refuses ${what}`, () => {
      assert.throws(() => withFields(ACME, given), UsageError);
    });
  }
});

describe("COLUMNS", () => {
  it("shows labels in one order", () => {
    assert.equal(COLUMNS.at(-1)?.[1](ACME), "region=ca-central-1,tier=gold");
  });
});
