import assert from "node:assert/strict";
import { test } from "node:test";
import { resolveScalar } from "../../../../src/cli/review/yaml-scalar.ts";

/** What kubectl makes of them: an integration test asks it. */
const MEANINGS: [string, string | number | boolean | null][] = [
  ...["y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE"].map((word): [string, boolean] => [
    word,
    true,
  ]),
  ...["n", "N", "no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE"].map((word): [string, boolean] => [
    word,
    false,
  ]),
  ...["", "~", "null", "Null", "NULL"].map((word): [string, null] => [word, null]),
  ["yEs", "yEs"],
  ["nULL", "nULL"],
  ["010", 8],
  ["08", 8],
  ["0o14", 12],
  ["0x1F", 31],
  ["0b11", 3],
  ["-0b11", -3],
  ["-010", -8],
  ["0_1", 1],
  ["1_000", 1000],
  ["+1", 1],
  ["1.", 1],
  [".5", 0.5],
  ["-.5", -0.5],
  [".5e3", 500],
  ["1e3", 1000],
  ["1e400", "1e400"],
  ["0x", "0x"],
  ["0o8", "0o8"],
  ["12:30", "12:30"],
  ["2001-01-01", "2001-01-01"],
  ["1.5.2", "1.5.2"],
  ["-", "-"],
  ["+", "+"],
  ["team-a", "team-a"],
  ["=", "="],
];

for (const [plain, meaning] of MEANINGS) {
  test(`takes ${JSON.stringify(plain)} for ${JSON.stringify(meaning)}`, () =>
    assert.equal(resolveScalar(plain), meaning));
}

test("knows no meaning for numbers that JSON has not", () => {
  for (const plain of [".inf", "-.Inf", "+.INF", ".nan", ".NaN"]) assert.equal(resolveScalar(plain), undefined, plain);
});
