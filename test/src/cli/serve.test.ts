import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { serve } from "../../../src/cli/serve.ts";
import { ConfigError } from "../../../src/config.ts";

async function runWith(serveService: () => Promise<void>): Promise<{ code: number; error: string[] }> {
  const error: string[] = [];
  const code = await serve.run(
    {},
    { out: () => undefined, error: (line) => void error.push(line), serve: serveService },
  );
  return { code, error };
}

describe("serve", () => {
  it("ends with 0 when the service was told to stop", async () => {
    assert.deepEqual(await runWith(() => Promise.resolve()), { code: 0, error: [] });
  });

  it("lists every wrong setting and ends with 2", async () => {
    const { code, error } = await runWith(() =>
      Promise.reject(new ConfigError(["A is 1: must be 2", "B is 3: must be 4"])),
    );
    assert.equal(code, 2);
    assert.deepEqual(error.slice(1), ["  A is 1: must be 2", "  B is 3: must be 4"]);
  });

  it("says in one line what else went wrong and ends with 1", async () => {
    const { code, error } = await runWith(() =>
      Promise.reject(new Error("listen 8443", { cause: new Error("address in use") })),
    );
    assert.equal(code, 1);
    assert.deepEqual(error, ["landlord: listen 8443: address in use"]);
  });

  it("overrides the roles of the environment only when asked to", async () => {
    const seen: Record<string, string>[] = [];
    const deps = {
      out: () => undefined,
      error: () => undefined,
      serve: (settings: Record<string, string>) => Promise.resolve(void seen.push(settings)),
    };
    await serve.run({}, deps);
    await serve.run({ roles: "webhooks" }, deps);
    assert.deepEqual(seen, [{}, { LANDLORD_ROLES: "webhooks" }]);
  });
});
