import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { loadConfig } from "../../../src/config.ts";
import { previewAnswer } from "../../../src/service/preview.ts";
import { scratch } from "../../helpers/scratch.ts";

describe("previewAnswer", () => {
  it("looks at the registry that the settings name", async (t) => {
    const directory = await scratch(t);
    const LANDLORD_TENANTS_FILE = join(directory, "tenants.yaml");
    await writeFile(
      LANDLORD_TENANTS_FILE,
      'tenants: [{tenantId: acme, enabled: true, namespace: n, targetCluster: c, repoUrl: "https://x.example/y", repoPath: p}]\n',
    );
    const config = loadConfig({ LANDLORD_TENANTS_FILE, GENERATOR_BASELINE_FILE: join(directory, "baseline") });
    const { parameters, changes } = await previewAnswer(
      config,
      { applicationSetName: "", parameters: {} },
      new AbortController().signal,
    );
    assert.equal(parameters.length, 1);
    assert.equal(changes, undefined);
  });
});
