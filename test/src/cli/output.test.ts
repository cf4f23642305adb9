import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { UsageError } from "../../../src/cli/command.ts";
import { type Columns, show } from "../../../src/cli/output.ts";

const COLUMNS: Columns<{ name: string; size: number }> = [
  ["NAME", ({ name }) => name],
  ["SIZE", ({ size }) => String(size)],
];
const ROWS = [
  { name: "a", size: 1 },
  { name: "longer", size: 22 },
];

describe("show", () => {
  it("aligns a table, and prints a single row like a list of one", () => {
    assert.equal(show({ output: "table" }, ROWS, COLUMNS), "NAME     SIZE\na        1\nlonger   22");
    assert.equal(show({ output: "table" }, ROWS[0] ?? assert.fail(), COLUMNS), "NAME   SIZE\na      1");
    assert.equal(show({ output: "table" }, [], COLUMNS), "NAME   SIZE");
  });

  it("gives programs the same in JSON and YAML", () => {
    assert.deepEqual(JSON.parse(show({ output: "json" }, ROWS, COLUMNS)), ROWS);
    assert.deepEqual(parse(show({ output: "yaml" }, ROWS, COLUMNS)), ROWS);
  });

  it("keeps what is in a cell from drawing on the terminal", () => {
    const text = show({ output: "table" }, [{ name: "a\u001b[2J\nb\u2028c", size: 1 }], COLUMNS);
    assert.equal(text.split("\n").length, 2);
    assert.ok(!text.includes("\u001b"));
  });

  it("refuses a form that it does not know", () => {
    assert.throws(() => show({ output: "xml" }, ROWS, COLUMNS), UsageError);
  });
});
