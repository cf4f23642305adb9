import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parse } from "yaml";
import type { Preview } from "../../../src/generator/preview.ts";
import { runLine } from "../../helpers/cli.ts";

const TENANTS = [{ tenantId: "acme" }];

function run(argv: readonly string[], changes?: Preview["changes"]) {
  const asked: unknown[] = [];
  const preview = async (request: unknown) => {
    asked.push(request);
    return { parameters: TENANTS, changes };
  };
  return { asked, result: runLine(["generate", ...argv], { deps: { preview } }) };
}

describe("generate", () => {
  it("prints what Argo CD would get, and passes the question on", async () => {
    const { asked, result } = run([
      "--name",
      "tenants",
      "--input",
      "filterLabelKey=region",
      "--input",
      "filterLabelValue=a=b",
    ]);
    const { code, out, error } = await result;
    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(out), { output: { parameters: TENANTS } });
    assert.match(error, /1 tenants\nnot compared/);
    assert.deepEqual(asked, [
      { applicationSetName: "tenants", parameters: { filterLabelKey: "region", filterLabelValue: "a=b" } },
    ]);
  });

  it("tells what would be added and removed beside it", async () => {
    const { error } = await run([], { added: ["new"], removed: [{ tenantId: "old", why: "vanished" }] }).result;
    assert.match(error, /\+ new\n- old \(vanished\)/);
  });

  it("speaks YAML, but draws no table", async () => {
    assert.deepEqual(parse((await run(["-o", "yaml"]).result).out), { output: { parameters: TENANTS } });
    assert.equal((await run(["-o", "table"]).result).code, 2);
  });

  it("refuses an input without a key", async () => {
    for (const input of ["region", "=x"]) assert.equal((await run(["--input", input]).result).code, 2);
  });
});
