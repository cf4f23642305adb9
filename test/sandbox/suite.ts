// A suite that wants a sandbox, for skipping.test.ts to run where there can be none.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sandboxOrSkip, useSandbox } from "../helpers/sandbox.ts";

const { skip } = await sandboxOrSkip();

describe("a suite that wants a sandbox", { skip }, () => {
  const world = useSandbox();
  it("uses it", () => assert.ok(world.sandbox.server));
});
