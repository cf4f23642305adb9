import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { writeTenant } from "../../../src/generator/params.ts";
import { ACME, BETA, EPSILON, FIVE_ROWS, tenantRow } from "../../helpers/memory-store.ts";

const write = (fields: Parameters<typeof tenantRow>[1], override = false): Record<string, unknown> =>
  JSON.parse(writeTenant(tenantRow("a", fields), { override }));

test("writes what Argo CD is promised, labels and params always objects", () => {
  const written = FIVE_ROWS.flatMap((row) => (row.ok ? [JSON.parse(writeTenant(row.row, { override: false }))] : []));
  assert.deepEqual(written.filter(({ tenantId }) => tenantId !== "gamma" && tenantId !== "delta").toReversed(), [
    ACME,
    BETA,
    EPSILON,
  ]);
});

test("keeps one order: the tenant's fields, lifted params, params; maps by key in code-unit order", () => {
  const row = tenantRow("a", { labels: { b: "1", a: "2", B: "3" }, params: { z: "1", "10": "2", "9": "3" } });
  assert.equal(
    writeTenant(row, { override: false }),
    '{"tenantId":"a","namespace":"tn-a","cluster":"in-cluster","repoURL":"https://github.com/yourorg/tenants.git",' +
      '"path":"tenants/a","labels":{"B":"3","a":"2","b":"1"},"10":"2","9":"3","z":"1","params":{"10":"2","9":"3","z":"1"}}',
  );
});

const RESERVED = ["tenantId", "namespace", "cluster", "repoURL", "path", "labels", "params", "generator", "values"];

for (const key of [...RESERVED, "labels.region", "params.x", "values.x", "generator.input"]) {
  test(`does not let a param take the place of ${key}`, () => {
    const written = write({ labels: { region: "eu" }, params: { [key]: "evil", other: "1" } });
    assert.deepEqual(written, {
      ...write({ labels: { region: "eu" } }),
      other: "1",
      params: { [key]: "evil", other: "1" },
    });
  });
}

test("lets params win over all but params itself, where the older order is asked for", () => {
  const params = Object.fromEntries(RESERVED.map((key) => [key, "other"]));
  assert.deepEqual(write({ params }, true), { ...params, params });
});

test("keeps keys that objects lose", () => {
  const odd = (value: string): Record<string, string> =>
    Object.fromEntries([
      ["__proto__", value],
      ["constructor", "c"],
    ]);
  const text = writeTenant(tenantRow("a", { labels: odd("l"), params: odd("p") }), { override: false });
  assert.match(
    text,
    /"labels":\{"__proto__":"l","constructor":"c"\},"__proto__":"p","constructor":"c","params":\{"__proto__":"p","constructor":"c"\}\}$/,
  );
});

test("writes equal bytes for equal maps in any order, and loses no entry", () => {
  const entries = fc.uniqueArray(fc.tuple(fc.string({ unit: "binary" }), fc.string()), { selector: ([key]) => key });
  fc.assert(
    fc.property(entries, entries, fc.boolean(), (labels, params, override) => {
      const row = (order: (pairs: [string, string][]) => [string, string][]) =>
        tenantRow("a", { labels: Object.fromEntries(order(labels)), params: Object.fromEntries(order(params)) });
      const text = writeTenant(
        row((pairs) => pairs),
        { override },
      );
      assert.equal(
        text,
        writeTenant(
          row((pairs) => pairs.toReversed()),
          { override },
        ),
      );
      const read = JSON.parse(text);
      assert.deepEqual(new Map(Object.entries(read.params)), new Map(params));
      if (!override) assert.deepEqual(new Map(Object.entries(read.labels)), new Map(labels));
    }),
  );
});
