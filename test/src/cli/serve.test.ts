import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runLine } from "../../helpers/cli.ts";

describe("serve", () => {
  it("ends with 0 when the service was told to stop", async () => {
    assert.equal((await runLine(["serve"])).code, 0);
  });

  it("overrides the roles of the environment only when asked to, also with nothing", async () => {
    assert.deepEqual((await runLine(["serve"])).served, [{}]);
    assert.deepEqual((await runLine(["serve", "--roles", "webhooks"])).served, [{ LANDLORD_ROLES: "webhooks" }]);
  });
});
