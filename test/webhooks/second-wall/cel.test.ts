import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assert as always, jsonValue, oneof, property, string } from "fast-check";
import * as cel from "../../../webhooks/second-wall/cel.ts";
import { assertWhole, literalsIn } from "../../helpers/cel-text.ts";

describe("cel", () => {
  it("writes any text as one literal that stands for it, whatever it tries to end", () => {
    always(
      property(oneof(string({ unit: "binary" }), string()), (text) => {
        const literal = cel.text(text);
        assertWhole(literal);
        assert.deepEqual(literalsIn(literal), [text.toWellFormed()]);
      }),
    );
    assert.equal(cel.text('"] || true || ["'), '"\\"] || true || [\\""');
    assert.equal(cel.text("a\\"), '"a\\\\"');
    assert.equal(cel.text("\n\u2028"), '"\\U0000000a\\U00002028"');
    assert.equal(cel.text("\ud800"), '"\\U0000fffd"');
  });

  it("writes any JSON value whole, its texts as literals", () => {
    always(property(jsonValue(), (value) => assertWhole(cel.literal(value))));
    assert.equal(cel.literal({ a: [1, "b", null, true] }), '{"a": dyn([dyn(1), dyn("b"), dyn(null), dyn(true)])}');
    assert.equal(cel.literal(undefined), "null");
  });

  it("writes no whole number that is larger than CEL reads", () => {
    assert.equal(
      cel.literal(2 ** 70),
      "1.180591620717411303424e+21".replace("1.180591620717411303424", "1.1805916207174113"),
    );
    assert.equal(cel.literal(-7), "-7");
    assert.equal(cel.literal(1.5), "1.5");
  });

  it("writes lists and maps in the order that they come in", () => {
    assert.equal(cel.list(new Set(["b", "a"])), '["b", "a"]');
    assert.equal(cel.mapOfLists(new Map([["constructor", ["x"]]])), '{"constructor": ["x"]}');
    assert.equal(cel.mapOfTexts(new Map([["a", "b"]])), '{"a": "b"}');
  });

  it("joins conditions: one of none is false, all of none is true", () => {
    assert.deepEqual([cel.any(), cel.all()], ["false", "true"]);
    assert.deepEqual([cel.any("a"), cel.all("a")], ["a", "a"]);
    assert.deepEqual([cel.any("a", "b"), cel.all("a", "b")], ["(a || b)", "(a && b)"]);
  });

  it("reads a field without stumbling over what is missing on the way", () => {
    assert.equal(cel.valueOf(cel.at("spec.kubeConfig")), "object.?spec.?kubeConfig.orValue(null)");
    assert.equal(cel.isUnset("x"), '(x.orValue(null) == null || x.orValue(null) == "")');
  });

  it("tells keys that are listed from prefixes", () => {
    assert.equal(cel.isListed("k", ["a/", "b", "b"]), '(k in ["b"] || k.startsWith("a/"))');
  });
});
