import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { TerminalError } from "../../../src/model/errors.ts";
import { type Columns, columnsOf, readRow, refuseBadRow, type TenantRow } from "../../../src/tenants/row.ts";

const GOOD: Columns = {
  tenant_id: "acme",
  enabled: true,
  namespace: "tn-acme",
  target_cluster: "in-cluster",
  repo_url: "https://github.com/yourorg/tenants.git",
  repo_path: "tenants/acme",
  labels: new Map([["tier", "gold"]]),
  params: null,
};
const ROW: TenantRow = {
  tenantId: "acme",
  enabled: true,
  namespace: "tn-acme",
  targetCluster: "in-cluster",
  repoUrl: "https://github.com/yourorg/tenants.git",
  repoPath: "tenants/acme",
  labels: { tier: "gold" },
  params: {},
};

/** Faults as `column message`; none: the row is good. */
function faults(change: Partial<Columns>): string[] {
  const read = readRow({ ...GOOD, ...change });
  return read.ok ? [] : read.bad.faults.map(({ column, message }) => `${column} ${message}`);
}

describe("a tenant's row", () => {
  it("is read as it is", () => {
    assert.deepEqual(readRow(GOOD), { ok: true, row: ROW });
  });

  it("is not enabled unless it says so, and has empty maps where there are none", () => {
    for (const nothing of [null, undefined]) {
      const read = readRow({ ...GOOD, enabled: nothing, labels: nothing });
      assert.deepEqual(read, { ok: true, row: { ...ROW, enabled: false, labels: {} } });
    }
  });

  it("keeps every key of its maps, from a Map and from an object", () => {
    const entries = ["__proto__", "constructor", "toString", "", "a.b/c", "10"].map((key): [string, string] => [
      key,
      `v ${key}`,
    ]);
    for (const labels of [new Map(entries), Object.fromEntries(entries)]) {
      const read = readRow({ ...GOOD, labels });
      assert.ok(read.ok);
      assert.deepEqual(new Map(Object.entries(read.row.labels)), new Map(entries));
      assert.equal(Object.getPrototypeOf(read.row.labels), Object.prototype);
    }
  });

  for (const url of [
    "https://github.com/a/b.git",
    "http://gitea.git.svc:3000/a/b",
    "ssh://git@example.com:22/a/b.git",
    "git@github.com:a/b.git",
    "oci://registry.example.com/charts",
    "registry-1.docker.io/bitnamicharts",
    "localhost:5000/charts/x",
  ]) {
    it(`may have the repository ${url}`, () => assert.deepEqual(faults({ repo_url: url }), []));
  }

  const BAD: [keyof Columns, unknown, string][] = [
    ["tenant_id", null, "is missing"],
    ["tenant_id", "", "must not be blank"],
    ["tenant_id", 7, "must be text"],
    ["tenant_id", "a".repeat(64), "must be at most 63 characters"],
    ["namespace", "kube.system", `must be a DNS-1123 label: at most 63 of a-z, 0-9 and "-", not at the ends`],
    ["namespace", "-a", `must be a DNS-1123 label: at most 63 of a-z, 0-9 and "-", not at the ends`],
    ["enabled", "true", "must be true or false"],
    ["target_cluster", " \t", "must not be blank"],
    ["target_cluster", "in-cluster ", "must not begin or end with a blank"],
    ["target_cluster", "a\nb", "must be one line without control characters"],
    ["target_cluster", "a".repeat(254), "must be at most 253 characters"],
    ["repo_path", undefined, "is missing"],
    ["repo_path", "a".repeat(1025), "must be at most 1024 characters"],
    ["labels", ["a"], "must be a map of text to text"],
    ["labels", "a", "must be a map of text to text"],
    ["labels", new Map([[1, "a"]]), "must be a map of text to text"],
    ["labels", { a: 1 }, `must be a map of text to text: the value of "a" is none`],
    ["labels", { ["k".repeat(318)]: "" }, "must have keys of at most 317 characters"],
    ["labels", { a: "v".repeat(1025) }, `must have values of at most 1024 characters: that of "a" is longer`],
    ["labels", Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`k${n}`, ""])), "must have at most 64 entries"],
    ["params", { a: "v".repeat(16_385) }, `must have values of at most 16384 characters: that of "a" is longer`],
    [
      "params",
      Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`k${n}`, "v".repeat(16_000)])),
      "must be at most 131072 characters in all",
    ],
  ];
  for (const [column, value, message] of BAD) {
    it(`has a fault where ${column} ${message}`, () => {
      assert.deepEqual(faults({ [column]: value }), [`${column} ${message}`]);
    });
  }

  for (const url of ["file:///etc", "javascript:alert(1)", "https://", "just-a-name", "https://a b"]) {
    it(`has a fault where repo_url is ${url}`, () => assert.equal(faults({ repo_url: url }).length, 1));
  }

  it("tells why an id must be a DNS label", () => {
    assert.match(
      faults({ tenant_id: "Acme" })[0] ?? "",
      /^tenant_id must be a DNS-1123 label.*becomes a label value and part of object names$/,
    );
  });

  it("tells of every column that is at fault", () => {
    assert.deepEqual(
      faults({ namespace: null, repo_path: "", params: 1 }).map((fault) => fault.split(" ")[0]),
      ["namespace", "repo_path", "params"],
    );
  });

  it("never repeats a value", () => {
    const secret = "hunter2 hunter2 ".repeat(200);
    for (const column of Object.keys(GOOD)) {
      for (const value of [secret, { key: secret.repeat(10) }, [secret]]) {
        assert.doesNotMatch(faults({ [column]: value }).join(), /hunter2/);
      }
    }
  });

  it("says whose it is although it is bad, and whether it was disabled", () => {
    const bad = (change: Partial<Columns>): unknown => {
      const read = readRow({ ...GOOD, repo_path: null, ...change });
      return read.ok ? read : [read.bad.tenantId, read.bad.enabled];
    };
    assert.deepEqual(bad({}), ["acme", true]);
    assert.deepEqual(bad({ tenant_id: null }), ["", true]);
    assert.deepEqual(bad({ tenant_id: "No Label" }), ["No Label", true]);
    assert.deepEqual(bad({ enabled: false }), ["acme", false]);
    assert.deepEqual(bad({ enabled: null }), ["acme", false]);
  });

  it("counts as enabled while `enabled` itself is at fault: nobody has disabled it", () => {
    const read = readRow({ ...GOOD, enabled: "no" });
    assert.ok(!read.ok && read.bad.enabled);
  });

  it("never throws, whatever stands in it", () => {
    const anything = fc.oneof(fc.anything({ withMap: true, withBigInt: true, withNullPrototype: true }), fc.string());
    fc.assert(
      fc.property(fc.record(Object.fromEntries(Object.keys(GOOD).map((name) => [name, anything]))), (columns) => {
        const read = readRow({ ...GOOD, ...columns });
        assert.equal(read.ok || read.bad.faults.length > 0, true);
      }),
    );
  });

  it("becomes columns and is the same when they are read again", () => {
    assert.deepEqual(readRow(columnsOf(ROW)), { ok: true, row: ROW });
  });

  it("is refused with every fault before it is written", () => {
    refuseBadRow(ROW);
    assert.throws(
      () => refuseBadRow({ ...ROW, repoPath: "", namespace: "A" }),
      (error) => {
        assert.ok(error instanceof TerminalError);
        assert.match(
          error.message,
          /^write tenant "acme": namespace must be a DNS-1123 label.*; repo_path must not be blank$/,
        );
        return true;
      },
    );
  });
});
