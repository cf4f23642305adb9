import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { parseAllDocuments } from "yaml";
import type { Policy } from "../../../../webhooks/policy.ts";
import { secondWall } from "../../../../webhooks/second-wall/index.ts";
import { testPolicy } from "../../../helpers/admission.ts";
import { runLine } from "../../../helpers/cli.ts";
import { scratch } from "../../../helpers/scratch.ts";

const under = (policy: Policy) => ({ deps: { policy: async () => ({ policy }) } });
type Document = { apiVersion: string; kind: string; metadata: { name: string; annotations?: object }; spec: object };

describe("landlord export vap", () => {
  it("writes all objects as documents, each with the mark of the whole", async () => {
    const { code, out } = await runLine(["export", "vap"], under(testPolicy()));
    assert.equal(code, 0);
    const documents = parseAllDocuments(out).map((document) => document.toJS() as Document);
    const marks = new Set(documents.map(({ metadata }) => JSON.stringify(metadata.annotations)));
    assert.equal(marks.size, 1);
    assert.match([...marks][0] ?? "", /^\{"landlord\.dev\/second-wall":"[0-9a-f]{16}"\}$/);
    for (const { metadata } of documents) delete metadata.annotations;
    assert.deepEqual(documents, JSON.parse(JSON.stringify(secondWall({ policy: testPolicy(), now: 0 }))));
  });

  it("writes the same for the same policy, and another mark for another", async () => {
    const [first, again, other] = [
      await runLine(["export", "vap"], under(testPolicy())),
      await runLine(["export", "vap"], under(testPolicy())),
      await runLine(["export", "vap"], under(testPolicy({ profile: "baseline" }))),
    ];
    assert.equal(first.out, again.out);
    assert.notEqual(first.out.split("\n")[0], other.out.split("\n")[0]);
  });

  it("says at the head which rules are in it, which are not, and what to mind", async () => {
    const { out } = await runLine(["export", "vap"], under(testPolicy({ resourceSets: { enabled: true } })));
    assert.match(out, /^# Rules in it: K1, .* The webhook's alone: .*K7.*\.$/m);
    assert.match(out, /^# Mind: R1 /m);
  });

  it("hands on the policy file's text, and tells its faults", async (t) => {
    const file = join(await scratch(t), "policy.yaml");
    await writeFile(file, "spec: {}\n");
    const texts: unknown[] = [];
    const faults = [{ line: 1, column: 7, path: "spec", found: "{}", allowed: "must be more" }];
    const policy = async (text: unknown) => (texts.push(text), { faults });
    const { code, error } = await runLine(["export", "vap", "--policy", file], { deps: { policy } });
    assert.equal(code, 2);
    assert.deepEqual(texts, ["spec: {}\n"]);
    assert.match(error, /policy\.yaml:1:7: spec is \{\}: must be more/);
  });
});
