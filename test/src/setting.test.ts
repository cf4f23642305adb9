import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  adminName,
  duration,
  durationOrZero,
  host,
  integer,
  labelKey,
  oneOf,
  roleName,
  setting,
  sharedSource,
  text,
  words,
} from "../../src/setting.ts";

describe("setting", () => {
  it("has no fallback key where nothing stands for a missing value", () => {
    assert.equal(Object.hasOwn(setting(text(), undefined, "x"), "fallback"), false);
    assert.equal(setting(text(), "y", "x").fallback, "y");
  });
});

describe("readers", () => {
  it("reads durations to milliseconds", () => {
    const read = duration(0, 1e12);
    const cases: [string, number][] = [
      ["250ms", 250],
      ["30s", 30_000],
      ["5m", 300_000],
      ["24h", 86_400_000],
      ["7d", 604_800_000],
    ];
    for (const [given, ms] of cases) assert.equal(read.parse(given), ms, given);
    for (const given of ["", "30", "s", "1.5s", "-1s", "1w", "1 s", "1e3s"])
      assert.equal(read.safeParse(given).success, false, given);
  });

  it("holds durations and numbers to their bounds, both ends included", () => {
    for (const given of ["1s", "2s"]) assert.ok(duration(1_000, 2_000).safeParse(given).success);
    for (const given of ["999ms", "2001ms"]) assert.ok(!duration(1_000, 2_000).safeParse(given).success);
    for (const given of ["1", "3"]) assert.ok(integer(1, 3).safeParse(given).success);
    for (const given of ["0", "4", "١"]) assert.ok(!integer(1, 3).safeParse(given).success);
  });

  it("reads 0 for never besides durations", () => {
    const read = durationOrZero(60_000, 3_600_000);
    for (const given of ["0", "0s", "0h"]) assert.equal(read.parse(given), 0);
    assert.equal(read.parse("1h"), 3_600_000);
    for (const given of ["59s", "2h", "00", "1"]) {
      assert.match(read.safeParse(given).error?.issues[0]?.message ?? "", /from 60s to 3600s, or 0$/, given);
    }
  });

  it("splits lists at commas and drops blanks", () => {
    assert.deepEqual(words(text(), 0).parse(" a, b,,c "), ["a", "b", "c"]);
    assert.deepEqual(words(text(), 0).parse(""), []);
    assert.deepEqual(words(adminName(), 0).parse("system:masters,me"), ["system:masters", "me"]);
    assert.match(
      words(adminName(), 0).safeParse("me,system:authenticated").error?.issues[0]?.message ?? "",
      /^must be the platform's own/,
    );
    assert.match(words(text(), 1).safeParse(",").error?.issues[0]?.message ?? "", /at least 1/);
  });

  it("names the words that are allowed", () => {
    assert.equal(oneOf(["a", "b"]).safeParse("c").error?.issues[0]?.message, "must be one of a, b");
  });

  it("takes no wildcard for the name of a role", () => {
    assert.ok(roleName().safeParse("system:aggregate-to-view").success);
    for (const given of ["*", "a*", "a/b", ""]) assert.ok(!roleName().safeParse(given).success, given);
  });

  it("takes DNS names and IP addresses for hosts", () => {
    for (const given of ["landlord.landlord.svc", "10.0.0.1", "::1"]) assert.ok(host().safeParse(given).success, given);
    for (const given of ["a b", "*", "*.example.com", "..", "host:8443", "[::1]", "https://host"])
      assert.ok(!host().safeParse(given).success, given);
  });

  it("reads label keys and shared sources", () => {
    assert.ok(labelKey().safeParse("toolkit.fluxcd.io/tenant").success);
    assert.ok(!labelKey().safeParse("a/b/c").success);
    assert.deepEqual(sharedSource().parse("OCIRepository/flux-system/apps"), {
      kind: "OCIRepository",
      namespace: "flux-system",
      name: "apps",
    });
    for (const given of ["GitRepository/default", "gitrepository/a/b", "A/b/c/d"])
      assert.ok(!sharedSource().safeParse(given).success, given);
  });
});
