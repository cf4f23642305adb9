import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { AUDIT_FOLDER, AUDITED_USER, auditFlags, noteOverlay } from "../../sandbox/audit.ts";
import { scratch } from "../helpers/scratch.ts";

describe("audit", () => {
  it("is off unless a folder is named for it", async (t) => {
    const directory = await scratch(t);
    assert.deepEqual(await auditFlags(directory, {}), []);
    await noteOverlay(directory, "generator", {});
  });

  it("logs what Landlord's account asks, without the bodies of Secrets, to a file named after the sandbox", async (t) => {
    const directory = await scratch(t);
    const folder = await scratch(t);
    const [policyFlag = "", logFlag] = await auditFlags(directory, { [AUDIT_FOLDER]: folder });
    const name = directory.split("/").at(-1);
    assert.equal(logFlag, `--audit-log-path=${join(folder, `${name}.jsonl`)}`);
    const policy = JSON.parse(readFileSync(policyFlag.replace("--audit-policy-file=", ""), "utf8")) as {
      rules: { level: string; users?: string[]; resources?: { resources: string[] }[] }[];
    };
    for (const { level, users, resources } of policy.rules) {
      if (level !== "None") assert.deepEqual(users, [AUDITED_USER]);
      if (level === "Request") assert.deepEqual(resources?.[0]?.resources, ["rolebindings"]);
    }
    assert.deepEqual(
      policy.rules.map(({ level }) => level),
      ["Request", "Metadata", "None"],
    );
  });

  it("notes beside the log which manifests Landlord runs with", async (t) => {
    const directory = await scratch(t);
    const folder = await scratch(t);
    for (const overlay of [".", "generator"]) await noteOverlay(directory, overlay, { [AUDIT_FOLDER]: folder });
    const note = join(folder, `${directory.split("/").at(-1)}.overlays`);
    assert.equal(readFileSync(note, "utf8"), ".\ngenerator\n");
  });
});
