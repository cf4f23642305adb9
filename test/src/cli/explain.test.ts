import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runLine } from "../../helpers/cli.ts";

const explain = (argv: readonly string[], stdin = "") =>
  runLine(["explain", ...argv], { deps: { stdin: () => Promise.resolve(Buffer.from(stdin)) } });

describe("explain", () => {
  it("tells what a rule wants, why, an example of each, and the remedy", async () => {
    const { code, out } = await explain(["k2"]);
    assert.equal(code, 0);
    assert.match(out, /^K2 target-namespace\n\n/);
    assert.match(out, /\n\ndenied:\n    kind: Kustomization\n[\s\S]*kube-system/);
    assert.match(out, /\n\nallowed:\n    kind: Kustomization\n/);
    assert.match(out, /\n\nRemedy: \S/);
  });

  it("tells all rules of one name, and one of them where the family is said", async () => {
    const both = (await explain(["service-account"])).out;
    assert.ok(both.includes("K1 service-account") && both.includes("H1 service-account"));
    assert.ok(!(await explain(["helm-release/service-account"])).out.includes("K1 service-account\n"));
  });

  it("lists all rules, one line each, and what is no rule's", async () => {
    const lines = (await explain([])).out.trimEnd().split("\n");
    assert.ok(lines.length > 20);
    assert.match(lines[0] ?? "", /^K1 service-account +\S/);
    assert.match(lines.join("\n"), /^unknown-namespace +\S/m);
    assert.ok(lines.every((line) => line.length < 200));
  });

  it("explains what is no rule's by its name too", async () => {
    assert.match((await explain(["unknown-namespace"])).out, /^unknown-namespace\n[\s\S]*Remedy: /);
  });

  it("knows no other rules", async () => {
    const { code, error } = await explain(["K99"]);
    assert.equal(code, 2);
    assert.match(error, /there is no rule "K99"/);
  });

  it("explains a denial that was given, or comes by standard input", async () => {
    const denial =
      'denied the request: K2 spec.targetNamespace is "x"; allowed: "a"; set it. namespace "n" is being deleted; nothing new is admitted there';
    const { code, out } = await explain(["--denial", denial]);
    assert.equal(code, 0);
    assert.match(out, /^K2 target-namespace\n\nHere it is about: spec\.targetNamespace\n/);
    assert.match(out, /\nterminating-namespace\n/);
    assert.equal((await explain(["--denial"], denial)).out, out);
  });

  it("says so where nothing of Landlord's is in the text", async () => {
    const { code, error } = await explain(["--denial", "no space left on device"]);
    assert.equal(code, 1);
    assert.match(error, /nothing of Landlord's/);
  });

  it("takes either a rule or a denial", async () => {
    assert.equal((await explain(["K2", "--denial", "x"])).code, 2);
  });
});
