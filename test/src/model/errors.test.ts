import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TerminalError, describe as tell, WaitError } from "../../../src/model/errors.ts";

describe("describe", () => {
  it("tells the chain of causes in one line", () => {
    const cause = new Error("connection\n  refused");
    assert.equal(tell(new TerminalError("apply Secret a/b", { cause })), "apply Secret a/b: connection refused");
  });

  it("tells what is not an error too", () => {
    assert.equal(tell("just text"), "'just text'");
    assert.equal(tell({ code: 7 }), "{ code: 7 }");
  });

  it("cuts long text and stops at cycles", () => {
    const error = new Error("x".repeat(600));
    error.cause = error;
    assert.equal(tell(error).length, 500);
    assert.ok(tell(error).endsWith("…"));
  });
});

describe("WaitError", () => {
  it("carries how long to wait", () => {
    assert.equal(new WaitError("token is not there", 250).afterMs, 250);
  });
});
