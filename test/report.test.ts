import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createTally, fileOf, progressLines, type TestEvent, type Totals } from "./report.ts";

const FILE = "/house/test/a.test.ts";
type Extra = { nesting?: number; skip?: string | boolean; todo?: string | boolean; file?: string };

const event = (type: string, kind: string, name: string, extra: Extra, error?: object): TestEvent => {
  return { type, data: { name, file: FILE, nesting: 0, ...extra, details: { type: kind, duration_ms: 1_500, error } } };
};
const passed = (name: string, extra: Extra = {}) => event("test:pass", "test", name, extra);
const failed = (name: string, failureType = "testCodeFailure", extra: Extra = {}) =>
  event("test:fail", "test", name, extra, { failureType, cause: new Error("boom") });
const suitePassed = (name: string, extra: Extra = {}) => event("test:pass", "suite", name, extra);
const suiteFailed = (name: string, failureType: string, extra: Extra = {}) =>
  event("test:fail", "suite", name, extra, { failureType, cause: new Error("boom") });
const summary = (success: boolean, file?: string): TestEvent => ({ type: "test:summary", data: { success, file } });

const inside = { nesting: 1 };
const CASES: [string, TestEvent[], Partial<Totals>][] = [
  ["a test that passes, and no suite", [passed("t", inside), suitePassed("s")], { passed: 1 }],
  [
    "a test that fails once, not its suite",
    [failed("t", "x", inside), suiteFailed("s", "subtestsFailed")],
    { failed: 1 },
  ],
  ["a skipped test", [passed("t", { skip: "why" })], { skipped: 1 }],
  ["a skipped suite as one", [suitePassed("s", { skip: "no Go" })], { skipped: 1 }],
  [
    "a to-do that passes or fails as skipped",
    [passed("t", { todo: true }), failed("u", "x", { todo: "soon" })],
    { skipped: 2 },
  ],
  [
    "the tests of a to-do suite, not the suite",
    [passed("t", { nesting: 1, todo: true }), suitePassed("s", { todo: true })],
    { skipped: 1 },
  ],
  [
    "the tests that a failed `before` hook has cancelled, not the hook too",
    [
      failed("t", "cancelledByParent", inside),
      failed("u", "cancelledByParent", inside),
      suiteFailed("s", "hookFailed"),
    ],
    { failed: 2 },
  ],
  [
    "a failed `after` hook, which no test tells of",
    [passed("t", inside), suiteFailed("s", "hookFailed")],
    { passed: 1, failed: 1 },
  ],
  [
    "the hook of one suite apart from the failure in another",
    [failed("t", "x", inside), suiteFailed("s", "subtestsFailed"), passed("u", inside), suiteFailed("v", "hookFailed")],
    { passed: 1, failed: 2 },
  ],
  [
    "a hook that fails above a suite that has told its own failure once",
    [failed("t", "x", { nesting: 2 }), suiteFailed("in", "subtestsFailed", inside), suiteFailed("out", "hookFailed")],
    { failed: 1 },
  ],
  ["a file that dies", [passed("t"), failed(FILE)], { passed: 1, failed: 1 }],
  ["a file without a test as a failure", [passed(FILE)], { failed: 1 }],
  ["an error after the last test has ended", [passed("t"), summary(false)], { passed: 1, failed: 1 }],
  ["a failure once, whatever the summaries say", [failed("t"), summary(false, FILE), summary(false)], { failed: 1 }],
  ["each run by itself", [failed("t"), summary(false), passed("u"), summary(false)], { passed: 1, failed: 2 }],
];

describe("the tally", () => {
  for (const [what, events, expected] of CASES) {
    it(`counts ${what}`, () => {
      const tally = createTally();
      for (const one of events) tally.add(one);
      assert.deepEqual(tally.totals, { passed: 0, failed: 0, skipped: 0, ...expected });
    });
  }
});

describe("fileOf", () => {
  it("names the file that an event tells of as a whole, and no other", () => {
    assert.equal(fileOf(failed(FILE)), FILE);
    assert.equal(
      fileOf(passed("test/a.test.ts", { file: `${process.cwd()}/test/a.test.ts` })),
      `${process.cwd()}/test/a.test.ts`,
    );
    for (const one of [failed("t"), passed(FILE, inside), summary(false, FILE)]) assert.equal(fileOf(one), undefined);
  });
});

describe("progress lines", () => {
  const lines = (one: TestEvent, perFile = false): string[] =>
    progressLines(one, perFile, (file) => file.replace("/house/", ""));

  it("tell a failure with file, name and cause", () => {
    const [title, cause] = lines(failed("does it"));
    assert.equal(title, "FAIL test/a.test.ts > does it");
    assert.match(cause ?? "", /^ {4}Error: boom/);
  });

  it("say nothing of what has been told, or is not due", () => {
    for (const one of [suiteFailed("s", "subtestsFailed"), failed("t", "x", { todo: true }), passed("t")])
      assert.deepEqual(lines(one), []);
  });

  it("tell why a suite is skipped", () => {
    assert.deepEqual(lines(suitePassed("s", { skip: "no Go" })), ["SKIP test/a.test.ts > s: no Go"]);
  });

  it("tell of a file without a test, and of an error that belongs to no test", () => {
    assert.deepEqual(lines(passed(FILE)), ["FAIL test/a.test.ts > holds no test"]);
    const late = { type: "test:diagnostic", data: { message: "Error: A resource generated asynchronous activity" } };
    assert.deepEqual(lines(late), ["FAIL Error: A resource generated asynchronous activity"]);
    assert.deepEqual(lines({ type: "test:diagnostic", data: { message: "tests 1" } }), []);
  });

  it("tell of each suite that ran, where asked, and pass on what tests write", () => {
    assert.deepEqual(lines(suitePassed("s"), true), ["  ok test/a.test.ts > s (1.5 s)"]);
    assert.deepEqual(lines(passed("t", inside), true), []);
    assert.deepEqual(lines({ type: "test:stdout", data: { message: "hello\n" } }), ["hello"]);
  });
});
