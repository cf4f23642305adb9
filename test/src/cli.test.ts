import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ConfigError } from "../../src/config.ts";
import { runLine } from "../helpers/cli.ts";

describe("runCli", () => {
  it("runs a command with its options", async () => {
    const { code, served } = await runLine(["serve", "--roles", "initializer"]);
    assert.equal(code, 0);
    assert.deepEqual(served, [{ LANDLORD_ROLES: "initializer" }]);
  });

  it("tells its version and its commands", async () => {
    assert.match((await runLine(["--version"])).out, /^\d+\.\d+\.\d+\n$/);
    const { code, out } = await runLine(["--help"]);
    assert.equal(code, 0);
    assert.match(out, /serve .*Run the webhooks.*tenant/s);
    assert.match((await runLine(["tenant", "--help"])).out, /list.*show.*add.*set.*remove.*check/s);
  });

  const wrong = [
    ["nonsense"],
    ["serve", "--nonsense"],
    ["serve", "extra"],
    [],
    ["tenant"],
    ["tenant", "nonsense"],
    ["tenant", "show"],
  ];
  for (const argv of wrong) {
    it(`answers wrong use with a sentence and exit code 2: ${JSON.stringify(argv)}`, async () => {
      const { code, error, served } = await runLine(argv);
      assert.equal(code, 2);
      assert.notEqual(error, "");
      assert.deepEqual(served, []);
    });
  }

  it("lists every wrong setting and ends with 2", async () => {
    const serve = () => Promise.reject(new ConfigError(["A is 1: must be 2", "B is 3: must be 4"]));
    const { code, error } = await runLine(["serve"], { deps: { serve } });
    assert.equal(code, 2);
    assert.deepEqual(error.trimEnd().split("\n").slice(1), ["  A is 1: must be 2", "  B is 3: must be 4"]);
  });

  it("says in one line what else went wrong and ends with 1", async () => {
    const serve = () => Promise.reject(new Error("listen 8443", { cause: new Error("address in use") }));
    const { code, error } = await runLine(["serve"], { deps: { serve } });
    assert.equal(code, 1);
    assert.equal(error, "landlord: listen 8443: address in use\n");
  });
});
