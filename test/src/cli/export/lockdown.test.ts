import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { lockdownFlags } from "../../../../webhooks/second-wall/lockdown.ts";
import { testPolicy } from "../../../helpers/admission.ts";
import { runLine } from "../../../helpers/cli.ts";

const withAccount = (defaultServiceAccount: string) => ({
  deps: { policy: async () => ({ policy: testPolicy({ defaultServiceAccount }) }) },
});

describe("landlord export lockdown", () => {
  it("prints each controller's flags, a line of reason before each", async () => {
    const { code, out } = await runLine(["export", "lockdown"], withAccount(""));
    assert.equal(code, 0);
    const lines = out.split("\n");
    const start = lines.indexOf("kustomize-controller:");
    const flags = lockdownFlags("kustomize-controller");
    flags.forEach((flag, index) => {
      assert.match(lines[start + 1 + 2 * index] ?? "", /^ {2}# [a-z]/);
      assert.equal(lines[start + 2 + 2 * index], `  ${flag}`);
    });
  });

  it("names the account that the policy declares", async () => {
    const { out } = await runLine(["export", "lockdown"], withAccount("powerless"));
    assert.ok(out.includes("--default-service-account=powerless"));
    assert.ok(!out.includes("account=default"));
  });

  it("writes patches that a kustomization can take", async () => {
    const { out } = await runLine(["export", "lockdown", "-o", "kustomize"], withAccount(""));
    const { patches } = parse(out) as { patches: { target: { kind: string; name: string }; patch: string }[] };
    for (const { target, patch } of patches) {
      assert.equal(target.kind, "Deployment");
      const operations = parse(patch) as { op: string; path: string; value: string }[];
      assert.deepEqual(
        operations.map(({ value }) => value),
        lockdownFlags(target.name),
      );
      assert.ok(operations.every(({ op, path }) => op === "add" && path.endsWith("/args/-")));
    }
    assert.ok(patches.length > 5);
  });

  it("says which forms there are", async () => {
    const { code, error } = await runLine(["export", "lockdown", "-o", "constructor"], withAccount(""));
    assert.equal(code, 2);
    assert.match(error, /--output is "constructor": must be flags or kustomize/);
  });
});
