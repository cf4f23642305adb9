import assert from "node:assert/strict";
import { test } from "node:test";
import { eventsOf, lineAt, YamlFault } from "../../../../src/cli/review/yaml-events.ts";

test("counts lines from 1", () => {
  const text = "a\nb\r\nc";
  assert.deepEqual(
    [0, 1, 2, 4, 5, 99].map((offset) => lineAt(text, offset)),
    [1, 1, 2, 2, 3, 3],
  );
});

test("tells what is no YAML with its line, and quotes nothing of it", () => {
  for (const text of [
    'a: 1\npassword: "hunter2',
    "a: 1\n\tpassword: hunter2",
    "a: 1\nb: !hunter2!x y",
    "a: 1\nb: {hunter2",
  ]) {
    assert.throws(
      () => eventsOf(text),
      (error: unknown) => error instanceof YamlFault && error.line > 0 && !error.message.includes("hunter2"),
      text,
    );
  }
});

test("does not go deeper than any manifest", () => {
  assert.throws(() => eventsOf("[".repeat(5000)), YamlFault);
});
