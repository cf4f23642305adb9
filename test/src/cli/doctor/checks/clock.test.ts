import assert from "node:assert/strict";
import { test } from "node:test";
import { clock } from "../../../../../src/cli/doctor/checks/clock.ts";
import { found, patient } from "../../../../helpers/doctor.ts";

const said = async (skewMs: number | undefined): Promise<string> =>
  (await found(clock, patient({ skewMs }).context)).join();

test("bears half a minute, and says which clock is behind", async () => {
  for (const skew of [0, 30_000, -30_000]) assert.match(await said(skew), /^ok/);
  assert.match(await said(31_000), /^warning: this machine's clock is 31 s behind the API server's -> timedatectl/);
  assert.match(await said(-90_000), /90 s ahead of/);
  assert.match(await said(undefined), /^unknown/);
});
