import assert from "node:assert/strict";
import { test } from "node:test";
import { version } from "../../../../../src/cli/doctor/checks/version.ts";
import { found, patient } from "../../../../helpers/doctor.ts";

const said = async (text: string): Promise<string> => (await found(version, patient({ version: text }).context)).join();

test("supports Kubernetes from 1.30 on, whatever a provider adds", async () => {
  for (const text of ["v1.30.0", "v1.36.2-eks-1234", "v2.0.0"]) assert.match(await said(text), /^ok/);
  assert.match(await said("v1.29.9"), /^problem: Kubernetes v1\.29\.9 is older than 1\.30: .* -> kubectl version$/);
  assert.match(await said(""), /^unknown/);
});
