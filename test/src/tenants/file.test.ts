import assert from "node:assert/strict";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { TerminalError } from "../../../src/model/errors.ts";
import { createFileStore, tenantsYaml } from "../../../src/tenants/file.ts";
import type { TenantRow } from "../../../src/tenants/row.ts";
import { createTestClock } from "../../helpers/clock.ts";
import { collect } from "../../helpers/collect.ts";
import { createTestLog } from "../../helpers/log.ts";
import { scratch } from "../../helpers/scratch.ts";
import { FIXTURE, numberedRow, rowOf } from "../../helpers/tenant-rows.ts";

const ACME = `# Our tenants; ask the platform team before you change one.
tenants:
  # the first customer
  - tenantId: acme # never rename
    enabled: true
    namespace: tn-acme
    targetCluster: "in-cluster"
    repoUrl: https://github.com/yourorg/tenants.git

    repoPath: tenants/acme
    labels:
      tier: gold # pays
      region: ca-central-1
    params: { kafkaTopic: acme.events, mskCluster: primary }
  # the second
  - tenantId: beta
    enabled: true
    namespace: tn-beta
    targetCluster: prod-eu
    repoUrl: https://github.com/yourorg/tenants.git
    repoPath: tenants/beta
    labels: { region: eu-west-1 }

# the end
`;
const [acme, beta] = [rowOf(FIXTURE[0]!), rowOf(FIXTURE[1]!)];
const put = (text: string, row: TenantRow): string => tenantsYaml.write(text, { put: row });
const rowsOf = (text: string): unknown[] => tenantsYaml.read(text).map((row) => (row.ok ? row.row : row.bad));
const line = (id: string, rest = ""): string =>
  `  - { tenantId: ${id}, enabled: true, namespace: tn-${id}, targetCluster: c, repoUrl: https://x/y, repoPath: p${rest} }\n`;

describe("tenants in YAML", () => {
  it("are read as the rows they are", () => {
    assert.deepEqual(rowsOf(ACME), [acme, beta]);
    assert.deepEqual(rowsOf("tenants: []"), []);
  });

  it("have every key of a map as text", () => {
    const rows = rowsOf(`tenants:\n${line("a", `, labels: { __proto__: x, 10: y, "": z, true: w }`)}`) as TenantRow[];
    const labels = { "": "z", 10: "y", ["__proto__"]: "x", true: "w" };
    assert.deepEqual(new Map(Object.entries(rows[0]!.labels)), new Map(Object.entries(labels)));
  });

  it("may use anchors", () => {
    const rows = rowsOf(
      `tenants:\n${line("a", ", labels: &eu { region: eu }")}${line("b", ", labels: *eu")}`,
    ) as TenantRow[];
    assert.deepEqual(
      rows.map(({ labels }) => labels),
      [{ region: "eu" }, { region: "eu" }],
    );
  });

  it("are flagged one by one when a field is wrong, with its name and place in the file", () => {
    const text = `tenants:\n${line("a", ", params: { replicas: 3 }")}  - tenantId: b\n    namespace: B\n${line("c")}`;
    const [a, b, c] = tenantsYaml.read(text);
    assert.deepEqual(a, {
      ok: false,
      bad: {
        tenantId: "a",
        enabled: true,
        faults: [
          {
            column: "params",
            message: `must be a map of text to text: the value of "replicas" is none (line 2, column 113)`,
          },
        ],
      },
    });
    assert.ok(b?.ok === false && c?.ok === true);
    assert.deepEqual(
      b.bad.faults.map(({ column, message }) => `${column} ${message}`.replace(/must be a DNS.* \(/, "must be … (")),
      [
        "namespace must be … (line 4, column 16)",
        "targetCluster is missing (line 3, column 5)",
        "repoUrl is missing (line 3, column 5)",
        "repoPath is missing (line 3, column 5)",
      ],
    );
  });

  const REFUSED: [string, string, RegExp][] = [
    ["nothing", "", /^line 1, column 1: must be a map with the list "tenants"$/],
    ["a comment alone", "# nothing\n", /must be a map with the list "tenants"/],
    ["a list at the top", "- a\n", /^line 1, column 1: must be a map/],
    ["no list", "tenants:\n", /"tenants" must be a list; an empty one is \[\]/],
    ["a map of tenants", "tenants:\n  acme: {}\n", /^line 2, column 3: "tenants" must be a list/],
    ["a tenant that is text", "tenants:\n  - acme\n", /^line 2, column 5: must be a tenant: a map of its fields$/],
    ["a tenant that is nothing", "tenants:\n  -\n", /must be a tenant/],
    [
      "a field that is none",
      `tenants:\n${line("a", ", enabeld: false")}`,
      /^line 2, column 105: "enabeld" is no field: tenantId, enabled,/,
    ],
    ["something besides", "tenants: []\ntennants: []\n", /^line 2, column 1: "tennants" is unknown/],
    [
      "the same tenant twice",
      `tenants:\n${line("a")}${line("b")}${line("a")}`,
      /^line 4, column 5: tenant "a" is there already, at line 2, column 5$/,
    ],
    [
      "the same field twice",
      `tenants:\n${line("a", ", enabled: true")}`,
      /^line 2, column \d+: Map keys must be unique/,
    ],
    ["a list that is not closed", "tenants: [\n", /^line \d, column \d+: /],
    ["an alias to nothing", "tenants: *x\n", /alias|must be a list/i],
    ["two documents", "tenants: []\n---\ntenants: []\n", /^line \d, column \d: .*multiple documents/i],
    ["a tag of its own", `tenants:\n${line("a", ", labels: !vault x")}`, /Unresolved tag/],
    ["a tab for a blank", "tenants:\n\t- a\n", /^line 2, column \d: /],
  ];
  for (const [what, text, says] of REFUSED) {
    it(`are refused as a whole with ${what}`, () => {
      assert.throws(
        () => tenantsYaml.read(text),
        (error) => {
          assert.ok(error instanceof TerminalError);
          assert.match(error.message, says);
          return true;
        },
      );
      assert.throws(() => put(text, acme), TerminalError);
    });
  }

  it("are not blown up by aliases of aliases", () => {
    const bomb = [
      "x: &a0 { k: v }",
      ...Array.from({ length: 9 }, (_, n) => `y${n}: &a${n + 1} [${`*a${n}, `.repeat(10)}]`),
    ];
    assert.throws(() => tenantsYaml.read(`${bomb.join("\n")}\ntenants: []`), TerminalError);
    const inside = `tenants:\n  - tenantId: &a0 [x]\n    namespace: &a1 [${"*a0, ".repeat(200)}]\n    repoPath: [${"*a1, ".repeat(200)}]\n`;
    const started = performance.now();
    assert.throws(() => tenantsYaml.read(inside));
    assert.ok(performance.now() - started < 2_000);
  });

  it("keep their comments, their order and their style when one is changed", () => {
    const changed = put(ACME, {
      ...acme,
      targetCluster: "prod-eu",
      labels: { tier: "silver", region: "ca-central-1", x: "1" },
    });
    assert.equal(
      changed,
      ACME.replace('"in-cluster"', '"prod-eu"')
        .replace("tier: gold", "tier: silver")
        .replace("      region: ca-central-1\n", '      region: ca-central-1\n      x: "1"\n'),
    );
  });

  it("stay as they are, to the byte, when nothing differs", () => {
    const odd = `tenants:\n-   {tenantId:   acme2,   enabled: true, namespace: a, targetCluster: c, repoUrl: "https://x/y", repoPath: p}\n`;
    const row = rowsOf(odd)[0] as TenantRow;
    assert.equal(put(odd, row), odd);
  });

  it("are added at the end, and taken away with the comment that stands before them", () => {
    const gamma = rowOf(numberedRow(7));
    const added = put(ACME, gamma);
    assert.deepEqual(rowsOf(added), [acme, beta, gamma]);
    assert.ok(added.startsWith(ACME.replace("\n# the end\n", "")));
    assert.match(added, /# the end/);
    const without = tenantsYaml.write(ACME, { remove: "beta" });
    assert.deepEqual(rowsOf(without), [acme]);
    assert.match(
      without,
      /^# Our tenants.*\ntenants:\n {2}# the first customer\n {2}- tenantId: acme # never rename\n/,
    );
    assert.doesNotMatch(without, /the second/);
  });

  it("are added to an empty list in block style", () => {
    assert.match(put("tenants: []\n", beta), /^tenants:\n {2}- tenantId: beta\n {4}enabled: true\n/);
    assert.equal(tenantsYaml.write(put("tenants: []\n", beta), { remove: "beta" }), "tenants: []\n");
  });

  it("keep lists that are not indented as they are", () => {
    const text = ACME.replaceAll(/^ {2}/gm, "");
    assert.equal(put(text, { ...acme, enabled: false }), text.replace("enabled: true", "enabled: false"));
  });

  it("mend a tenant that was bad", () => {
    const text = "tenants:\n  - tenantId: acme\n    labels: 7\n    params: null\n";
    assert.deepEqual(rowsOf(put(text, acme)), [acme]);
  });

  it("are not changed where the change would reach others", () => {
    const text = `tenants:\n${line("a", ", labels: &eu { region: eu }")}${line("b", ", labels: *eu")}`;
    const [a] = rowsOf(text) as TenantRow[];
    const byHand = /write tenant "a": it shares YAML anchors with others, so that it must be changed by hand/;
    assert.throws(() => put(text, { ...a!, labels: { region: "us" } }), byHand);
    assert.throws(() => tenantsYaml.write(text, { remove: "a" }), byHand);
    assert.deepEqual(rowsOf(put(text, { ...a!, enabled: false })).length, 2);
    const b = { ...(rowsOf(text)[1] as TenantRow), labels: { region: "us" } };
    assert.deepEqual(rowsOf(put(text, b)), [a, b]);
  });

  it("are what was written, whatever stands in them", () => {
    const text = fc.string({ unit: "grapheme", maxLength: 20 });
    const value = fc.oneof(
      text,
      fc.constantFrom(
        "true",
        "null",
        "1e3",
        "0x10",
        "~",
        "- a",
        "a: b",
        "# c",
        " x ",
        "a\nb\n",
        "\t",
        "!!str",
        "*a",
        "&b",
      ),
    );
    const map = fc
      .array(fc.tuple(fc.oneof(text, fc.constantFrom("__proto__", "1", "true", "null", "<<", "? a")), value), {
        maxLength: 4,
      })
      .map((entries) => Object.fromEntries(entries) as Record<string, string>);
    fc.assert(
      fc.property(map, map, fc.boolean(), (labels, params, first) => {
        const row = { ...(first ? acme : rowOf(numberedRow(3))), labels, params };
        const written = put(ACME, row);
        assert.deepEqual(
          (rowsOf(written) as TenantRow[]).find(({ tenantId }) => tenantId === row.tenantId),
          row,
        );
        assert.equal(put(written, row), written);
      }),
    );
  });
});

describe("the file store", () => {
  it("has no tenant without an id, although a row may lack it", async (t) => {
    const path = join(await scratch(t), "tenants.yaml");
    await writeFile(path, "tenants:\n  - enabled: true\n  - tenantId: ''\n");
    const clock = createTestClock(Date.now() + 60_000);
    const store = createFileStore({ path, clock, log: createTestLog().log });
    t.after(() => store.close());
    const { signal } = new AbortController();
    assert.equal((await collect(store.scan(signal))).length, 2);
    assert.deepEqual([await store.get("", signal), await store.remove("", signal)], [undefined, false]);
  });

  it("reads and writes its file, and keeps its mode", async (t) => {
    const path = join(await scratch(t), "tenants.yaml");
    await writeFile(path, ACME, { mode: 0o640 });
    const clock = createTestClock(Date.now() + 60_000);
    const store = createFileStore({ path, clock, log: createTestLog().log });
    t.after(() => store.close());
    const { signal } = new AbortController();
    assert.equal((await collect(store.scan(signal))).length, 2);
    await store.put({ ...beta, enabled: false }, signal);
    assert.match(await readFile(path, "utf8"), /# never rename[\s\S]*tenantId: beta\n {4}enabled: false/);
    assert.equal((await stat(path)).mode & 0o777, 0o640);
    await writeFile(path, "tenants: {");
    await assert.rejects(store.put(beta, signal), (error: Error) => {
      assert.match(error.message, new RegExp(`^read ${path}: line 1, column \\d+: `));
      return true;
    });
  });
});
