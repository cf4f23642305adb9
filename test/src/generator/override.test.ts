import assert from "node:assert/strict";
import { test } from "node:test";
import { accepts, readOverride } from "../../../src/generator/override.ts";

const HASH = "0123456789abcdef0123456789abcdef";
const NOON = Date.parse("2026-01-01T12:00:00Z");
const HOUR = 3_600_000;

test("reads a hash and a time", () => {
  for (const time of ["2026-01-01T12:00:00Z", "2026-01-01T13:00+01:00", "2026-01-01T12:00:00.000Z"]) {
    assert.deepEqual(readOverride(` ${HASH}  ${time}\n`), { hash: HASH, until: NOON });
  }
});

for (const text of [
  "",
  HASH,
  `${HASH} tomorrow`,
  `${HASH} 2026-01-01`,
  `${HASH} 2026-01-01T12:00:00`,
  `${HASH} 2026-13-01T12:00:00Z`,
  "* 2026-01-01T12:00:00Z",
  `${HASH.slice(1)} 2026-01-01T12:00:00Z`,
  `${HASH} 2026-01-01T12:00:00Z more`,
]) {
  test(`reads nothing from ${JSON.stringify(text)}`, () => {
    assert.equal(readOverride(text), undefined);
  });
}

test("accepts that very snapshot until the time, and at most a day ahead", () => {
  const until = (ms: number) => ({ hash: HASH, until: NOON + ms });
  assert.equal(accepts(until(HOUR), HASH, NOON), true);
  assert.equal(accepts(until(HOUR), HASH.replace("0", "1"), NOON), false);
  assert.equal(accepts(until(0), HASH, NOON), false);
  assert.equal(accepts(until(24 * HOUR), HASH, NOON), true);
  assert.equal(accepts(until(24 * HOUR + 1), HASH, NOON), false);
  assert.equal(accepts(undefined, HASH, NOON), false);
});
