import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { canonical, readKey } from "../../../src/generator/input.ts";
import { GeneratorError } from "../../../src/generator/refusal.ts";

const keyOf = (parameters: unknown, applicationSetName = "tenants") => readKey({ applicationSetName, parameters });

test("reads a filter", () => {
  assert.deepEqual(keyOf({ filterLabelKey: "region", filterLabelValue: "ca-central-1" }), {
    applicationSetName: "tenants",
    filter: { key: "region", value: "ca-central-1" },
  });
});

test("reads no filter where there are no parameters, or others", () => {
  for (const parameters of [undefined, {}, { other: [1, 2] }, { allowEmpty: true }]) {
    assert.deepEqual(keyOf(parameters), { applicationSetName: "tenants" });
  }
});

test("takes a value as it is: blanks, letters of any case, nothing at all", () => {
  for (const value of ["", " ", "CA-Central-1", "ca-central-1 "]) {
    assert.equal(keyOf({ filterLabelKey: "region", filterLabelValue: value }).filter?.value, value);
  }
});

const WRONG: [string, unknown, RegExp][] = [
  ["a list of parameters", [], /input\.parameters is not an object/],
  ["parameters that are null", null, /input\.parameters is not an object/],
  ["parameters that are text", "region", /input\.parameters is not an object/],
  ["a key without a value", { filterLabelKey: "region" }, /filterLabelValue is missing/],
  ["a value without a key", { filterLabelValue: "x" }, /filterLabelKey is missing/],
  ["an empty key", { filterLabelKey: "", filterLabelValue: "x" }, /filterLabelKey is empty/],
  ["a key that is a number", { filterLabelKey: 1, filterLabelValue: "x" }, /filterLabelKey is not a string/],
  ["a key that is null", { filterLabelKey: null, filterLabelValue: "x" }, /filterLabelKey is not a string/],
  ["a value that is null", { filterLabelKey: "a", filterLabelValue: null }, /filterLabelValue is not a string/],
  ["a value that is a list", { filterLabelKey: "a", filterLabelValue: ["x"] }, /filterLabelValue is not a string/],
  ["a value that is an object", { filterLabelKey: "a", filterLabelValue: {} }, /filterLabelValue is not a string/],
  ["both null", { filterLabelKey: null, filterLabelValue: null }, /filterLabelKey is not a string/],
  ["a misspelt filter", { filterlabelkey: "region", filterlabelvalue: "x" }, /only parameters that begin with filter/],
  ["a filter that does not exist", { filterNamespace: "x" }, /only parameters that begin with filter/],
  ["an endless value", { filterLabelKey: "a", filterLabelValue: "x".repeat(1_025) }, /filterLabelValue is longer/],
];

for (const [what, parameters, message] of WRONG) {
  test(`refuses ${what} rather than answer with everybody`, () => {
    assert.throws(
      () => keyOf(parameters),
      (error) => error instanceof GeneratorError && error.status === 400 && message.test(error.message),
    );
  });
}

test("refuses a name that is none", () => {
  assert.throws(() => keyOf({}, "x".repeat(254)), /applicationSetName is longer/);
});

test("is canonical: order and unrelated parameters do not count, name and filter do", () => {
  const texts = fc.string({ unit: "binary", maxLength: 20 });
  const filters = fc.option(
    fc.tuple(
      texts.filter((key) => key !== ""),
      texts,
    ),
    { nil: undefined },
  );
  const others = fc.dictionary(
    texts.filter((key) => !/^filter/i.test(key)),
    fc.jsonValue(),
  );
  const inputs = fc.tuple(texts, filters, others, fc.boolean());
  const nameOf = ([name, filter, more, isFirst]: [string, [string, string] | undefined, object, boolean]): string => {
    const own = filter === undefined ? [] : Object.entries({ filterLabelKey: filter[0], filterLabelValue: filter[1] });
    const entries = isFirst ? [...own, ...Object.entries(more)] : [...Object.entries(more), ...own.toReversed()];
    return canonical(keyOf(Object.fromEntries(entries), name));
  };
  fc.assert(
    fc.property(inputs, inputs, (a, b) => {
      assert.equal(nameOf(a), nameOf([a[0], a[1], b[2], b[3]]));
      const isSame = a[0] === b[0] && JSON.stringify(a[1]) === JSON.stringify(b[1]);
      assert.equal(nameOf(a) === nameOf(b), isSame);
    }),
  );
});
