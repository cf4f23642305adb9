// Reads CEL just far enough to see that it is whole: its literals, and that every bracket is closed by its like.
import assert from "node:assert/strict";

const LITERAL = /"(?:[^"\\\n\r]|\\(?:["\\]|U[0-9a-f]{8}))*"/g;
const CLOSES: Record<string, string> = { ")": "(", "]": "[", "}": "{" };

/** What the string literals stand for, in order. */
export function literalsIn(cel: string): string[] {
  return [...cel.matchAll(LITERAL)].map(([literal]) =>
    literal
      .slice(1, -1)
      .replaceAll(/\\U([0-9a-f]{8})|\\(.)/g, (_, code: string | undefined, char: string) =>
        code === undefined ? char : String.fromCodePoint(Number.parseInt(code, 16)),
      ),
  );
}

/** Fails unless quotes and brackets pair, and nothing but ASCII stands in it. */
export function assertWhole(cel: string): void {
  assert.match(cel, /^[ -~\n]*$/, cel);
  const bare = cel.replaceAll(LITERAL, "");
  assert.ok(!/["'\\]/.test(bare), `an open literal in: ${cel}`);
  const open: string[] = [];
  for (const [bracket] of bare.matchAll(/[()[\]{}]/g)) {
    const closes = CLOSES[bracket];
    if (closes === undefined) open.push(bracket);
    else assert.equal(open.pop(), closes, `an odd ${bracket} in: ${cel}`);
  }
  assert.deepEqual(open, [], cel);
}
