import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import * as house from "./architecture.ts";

const RULES: {
  title: string;
  check: (tree: house.Tree) => string[];
  bad: Record<string, string>;
  good: Record<string, string>;
}[] = [
  {
    title: "imports go down only",
    check: house.upwardImports,
    bad: {
      "webhooks/a.ts": `import { x } from "../src/kube/x.ts";`,
      "src/tls/b.ts": `import { y } from "../initializer/y.ts";`,
    },
    good: {
      "src/kube/a.ts": `import type { M } from "../metrics.ts";`,
      "src/http/b.ts": `import { y } from "../../webhooks/y.ts";`,
    },
  },
  {
    title: "imports make no cycle",
    check: house.importCycles,
    bad: { "src/kube/a.ts": `export { b } from "./b.ts";`, "src/kube/b.ts": `const a = await import("./a.ts");` },
    good: {
      "src/kube/a.ts": `import { b } from "./b.ts";`,
      "src/kube/b.ts": `import { c } from "./c.ts";`,
      "src/kube/c.ts": "",
    },
  },
  {
    title: "each library has one doorkeeper, and so has the environment",
    check: house.strayLibraries,
    bad: {
      "src/http/a.ts": `import { request } from "undici";`,
      "src/kube/b.ts": `import _ from "lodash/fp";`,
      "src/cli/c.ts": "const x = process.env;",
    },
    good: {
      "src/kube/a.ts": `const { KubeConfig } = await import("@kubernetes/client-node");`,
      "src/config.ts": "process.env",
    },
  },
  {
    title: "every source file has its test",
    check: house.untestedFiles,
    bad: { "src/kube/a.ts": "// a.\nexport const a = 1;" },
    good: {
      "src/kube/a.ts": "// a.\nexport function a() {}",
      "test/src/kube/a.test.ts": "",
      "src/kube/index.ts": "// a.\nexport const all = [];",
      "src/kube/shape.ts": "// a.\nexport interface Shape {}\n",
    },
  },
  {
    title: "there are no default exports",
    check: house.defaultExports,
    bad: { "src/a.ts": "export default function a() {}", "src/b.ts": "export { b as default };" },
    good: { "src/a.ts": "export function a() {} // no default export" },
  },
  {
    title: "names say what is in a file",
    check: house.badNames,
    bad: { "src/kube/utils.ts": "", "src/common/a.ts": "", "certs/LeafCert.ts": "" },
    good: { "src/kube/list-watch.ts": "" },
  },
  {
    title: "every file belongs to a room",
    check: house.homelessFiles,
    bad: { "src/extras/a.ts": "", "src/notes.ts": "" },
    good: { "src/kube/a.ts": "", "certs/b.ts": "" },
  },
  {
    title: "every file begins by saying what it is for",
    check: house.unintroduced,
    bad: { "src/kube/a.ts": `import { b } from "./b.ts";` },
    good: { "src/kube/a.ts": "// Reads things.\n", "src/bin.cjs": "#!/usr/bin/env node\n// Starts things.\n" },
  },
];

const tree: house.Tree = new Map(
  globSync("{src,webhooks,certs,test}/**/*.{ts,cjs}").map((path) => [
    path.replaceAll("\\", "/"),
    readFileSync(path, "utf8"),
  ]),
);

describe("architecture", () => {
  it("sees the whole house", () => {
    assert.ok(house.importsOf(tree).length > 100);
  });

  for (const { title, check, bad, good } of RULES) {
    it(title, () => {
      assert.deepEqual(check(tree), []);
    });
    it(`would see it if not: ${title}`, () => {
      const wrong = Object.keys(bad);
      const found = check(new Map(Object.entries(bad)));
      assert.ok(found.length > 0);
      assert.ok(
        wrong.every((path) => found.some((line) => line.includes(path))),
        found.join("\n"),
      );
      assert.deepEqual(check(new Map(Object.entries(good))), []);
    });
  }

  it("runs every import through a doorkeeper that exists", () => {
    const used = new Set(
      house
        .importsOf(tree)
        .filter(({ local }) => !local)
        .map(({ to }) => to),
    );
    assert.deepEqual(
      Object.keys(house.DOORKEEPERS).filter((library) => !used.has(library)),
      [],
    );
  });
});
