import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CommandDeps } from "../../src/cli/command.ts";
import { runCli } from "../../src/cli.ts";

async function run(
  ...argv: string[]
): Promise<{ code: number; out: string; error: string; served: Record<string, string>[] }> {
  const written = { out: "", error: "" };
  const served: Record<string, string>[] = [];
  const deps: CommandDeps = {
    out: (line) => void (written.out += `${line}\n`),
    error: (line) => void (written.error += `${line}\n`),
    serve: (settings) => Promise.resolve(void served.push(settings)),
  };
  return { code: await runCli(argv, deps), ...written, served };
}

describe("runCli", () => {
  it("runs a command with its options", async () => {
    const { code, served } = await run("serve", "--roles", "initializer");
    assert.equal(code, 0);
    assert.deepEqual(served, [{ LANDLORD_ROLES: "initializer" }]);
  });

  it("tells its version and its commands", async () => {
    assert.match((await run("--version")).out, /^\d+\.\d+\.\d+\n$/);
    const { code, out } = await run("--help");
    assert.equal(code, 0);
    assert.match(out, /serve .*Run the webhooks/s);
  });

  for (const argv of [["nonsense"], ["serve", "--nonsense"], ["serve", "extra"], []]) {
    it(`answers wrong use with a sentence and exit code 2: ${JSON.stringify(argv)}`, async () => {
      const { code, error, served } = await run(...argv);
      assert.equal(code, 2);
      assert.notEqual(error, "");
      assert.deepEqual(served, []);
    });
  }
});
