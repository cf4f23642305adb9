import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as finding from "../../../webhooks/second-wall/finding.ts";
import { assertWhole, literalsIn } from "../../helpers/cel-text.ts";

const WHAT = { field: '"spec.x"', found: "object.x", allowed: finding.NONE, remedy: 'take "it" out' };

describe("findings in CEL", () => {
  it("are lists of what was found and what is allowed", () => {
    assert.equal(
      finding.finding(WHAT),
      '[{"field": dyn("spec.x"), "found": dyn(object.x), "allowed": dyn("none"), "remedy": dyn("take \\"it\\" out")}]',
    );
    assert.equal(finding.when("bad", WHAT), `(bad ? ${finding.finding(WHAT)} : [])`);
    assertWhole(finding.together(finding.when("a", WHAT), finding.when("b", WHAT)));
  });

  it("tell items of lists by their index, and entries of maps by their key", () => {
    const { field: _, ...rest } = WHAT;
    const each = finding.each(
      { optional: "object.?l", path: "spec.l" },
      () => "bad",
      () => ({ ...rest, field: ".name" }),
    );
    assertWhole(each);
    assert.match(each, /^object\.\?l\.orValue\(\[\]\)\.filter\(i, bad\)\.map\(i, /);
    assert.ok(["spec.l[", "].name"].every((part) => literalsIn(each).includes(part)));
    const keys = finding.eachKey(
      { optional: "object.?m", path: "m" },
      (key) => `${key} == "x"`,
      () => rest,
    );
    assertWhole(keys);
    assert.ok(["m[", "]"].every((part) => literalsIn(keys).includes(part)));
  });

  it("count a wrong type as wrong", () => {
    for (const cel of [
      finding.noObject("spec.a"),
      finding.noText("spec.a"),
      finding.noObjects({ optional: "l", path: "l" }),
    ]) {
      assertWhole(cel);
      assert.match(cel, /!\(type\(/);
    }
    assert.match(finding.isBadName("x"), /^!\(type\(/);
  });
});
