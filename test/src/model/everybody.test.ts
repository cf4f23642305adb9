import assert from "node:assert/strict";
import { test } from "node:test";
import { isEverybodys } from "../../../src/model/everybody.ts";

test("knows what the API server gives to anybody, and nothing else", () => {
  for (const name of ["system:authenticated", "system:unauthenticated", "system:serviceaccounts", "system:anonymous"])
    assert.ok(isEverybodys(name), name);
  for (const name of ["system:masters", "system:serviceaccounts:flux-system", "System:Authenticated", "admins", ""])
    assert.ok(!isEverybodys(name), name);
});
