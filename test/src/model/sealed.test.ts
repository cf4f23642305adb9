import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { format, inspect } from "node:util";
import { Sealed } from "../../../src/model/sealed.ts";

describe("Sealed", () => {
  const sealed = new Sealed("hunter2");

  it("gives its value out only when opened", () => {
    assert.equal(sealed.open(), "hunter2");
  });

  it("prints as redacted, whatever prints it", () => {
    const printed = [
      `${sealed}`,
      JSON.stringify({ sealed }),
      inspect(sealed),
      inspect({ deep: [sealed] }),
      format("%s %o %j", sealed, sealed, sealed),
    ];
    for (const text of printed) {
      assert.ok(!text.includes("hunter2"), text);
      assert.ok(text.includes("[sealed]"), text);
    }
  });

  it("has no property that a walk over it would find", () => {
    assert.deepEqual(Object.values(sealed), []);
  });
});
