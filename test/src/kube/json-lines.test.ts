import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { array, asyncProperty, assert as holds, integer, nat, record, string } from "fast-check";
import { BrokenLineError, jsonLines } from "../../../src/kube/json-lines.ts";

async function* chunks(parts: Iterable<string | Buffer>): AsyncGenerator<Buffer> {
  for (const part of parts) yield await Promise.resolve(Buffer.from(part));
}

async function read(parts: Iterable<string | Buffer>): Promise<{ values: unknown[]; error?: unknown }> {
  const values: unknown[] = [];
  try {
    for await (const value of jsonLines(chunks(parts))) values.push(value);
  } catch (error) {
    return { values, error };
  }
  return { values };
}

describe("lines of JSON", () => {
  it("are the same wherever the bytes are cut", async () => {
    await holds(
      asyncProperty(
        array(record({ text: string({ unit: "grapheme" }), number: integer() }, { noNullPrototype: true }), {
          maxLength: 5,
        }),
        array(nat(300), { maxLength: 10 }),
        async (values, cuts) => {
          const bytes = Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join(""));
          const at = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).toSorted((a, b) => a - b), bytes.length];
          const parts = at.slice(1).map((to, index) => bytes.subarray(at[index], to));
          assert.deepEqual((await read(parts)).values, values);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("skip blank lines and carriage returns", async () => {
    assert.deepEqual(await read(['{"a":1}\r\n', "\n", " \n", "2\n"]), { values: [{ a: 1 }, 2] });
  });

  it("give out the good ones before a broken one, and do not quote that", async () => {
    const { values, error } = await read(["1\n", "hunter2\n", "3\n"]);
    assert.deepEqual(values, [1]);
    assert.ok(error instanceof BrokenLineError);
    assert.ok(!`${error.stack} ${String(error.cause)}`.includes("hunter2"));
  });

  it("refuse an end inside a line, even if what is there would parse", async () => {
    const { values, error } = await read(["1\n", "23"]);
    assert.deepEqual(values, [1]);
    assert.ok(error instanceof BrokenLineError);
  });

  it("refuse a line without end", async () => {
    const big = Buffer.alloc(1_048_576, "x");
    const { error } = await read(Array.from({ length: 40 }, () => big));
    assert.match(String(error), /too long/);
  });
});
