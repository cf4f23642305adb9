// docs/reference/signals.md tells of every condition, Event, metric, readiness check and log line that the source has, and of no others.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { createMetrics } from "../src/metrics.ts";
import { argumentsAt, logCalls } from "./helpers/log-lines.ts";

const ROOT = join(import.meta.dirname, "..");
const page = readFileSync(join(ROOT, "docs/reference/signals.md"), "utf8");

const file = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const filesOf = (pattern: string): string[] => globSync(pattern, { cwd: ROOT }).map((path) => file(path));
const sources = filesOf("src/**/*.ts");

/** The cells of all rows below a heading of the first level, the first one without its backticks. */
function rowsOf(heading: string): string[][] {
  const [, below = ""] = page.split(`\n# ${heading}\n`);
  const [section = ""] = below.split(/^# /m);
  return [...section.matchAll(/^\| `([^`]+)` \|(.*)\|$/gm)].map(([, first = "", rest = ""]) => [
    first,
    ...rest.split("|").map((cell) => cell.trim()),
  ]);
}

const found = (pattern: RegExp, texts: readonly string[] = sources): string[] => [
  ...new Set(texts.flatMap((text) => [...text.matchAll(pattern)].map((match) => match.at(-1) ?? ""))),
];
const sorted = (list: Iterable<string>): string[] => [...new Set(list)].toSorted();
/** Reasons of steps that are not done: what steps wait for, and what comes of errors. */
const [, reasonOf = ""] = file("src/initializer/provision.ts").split("function reasonOf(");
const waiting = [
  ...found(/\breason: "([A-Z]\w+)"/g, filesOf("src/initializer/steps/*.ts")),
  ...found(/"([A-Z]\w+)"/g, [reasonOf]),
];

describe("the reference of signals", () => {
  it("has every condition and every reason of them", () => {
    const steps = found(/\bname: "([a-z-]+)"/g, filesOf("src/initializer/steps/*.ts"));
    const reasons = found(/\breason: "([A-Z]\w+)"/g, [
      file("src/initializer/status.ts"),
      file("src/initializer/provision.ts"),
    ]);
    const told = rowsOf("Conditions").map(([name = ""]) => name);
    const expected = ["TenantReady", ...steps.map((step) => `landlord.dev/${step}`), ...reasons, ...waiting];
    assert.deepEqual(told.toSorted(), sorted(expected));
    assert.ok(steps.length >= 4 && waiting.length >= 5);
  });

  it("has every reason of an Event, and its type", () => {
    const recorded = sources.flatMap((text) =>
      [...text.matchAll(/type: "(Normal|Warning)", reason: "(\w+)"/g)].map(([, type, reason]) => `${reason} ${type}`),
    );
    const [, changes = ""] = /export type Change = ([^;]+);/.exec(file("src/initializer/apply.ts")) ?? [];
    const written = [...changes.matchAll(/"(\w)(\w+)"/g)]
      .map(([, first = "", rest = ""]) => first.toUpperCase() + rest)
      .filter((word) => word !== "Unchanged");
    const blocked = waiting.map((reason) => `${reason} ${reason.startsWith("Waiting") ? "Normal" : "Warning"}`);
    const expected = [...recorded, ...written.map((reason) => `${reason} Normal`), ...blocked];
    assert.deepEqual(
      rowsOf("Events")
        .map(([reason, type]) => `${reason} ${type}`)
        .toSorted(),
      sorted(expected),
    );
    assert.equal(written.length, 3);
  });

  it("knows every way in which an Event is recorded", () => {
    const calls = sources.flatMap((text) =>
      [...text.matchAll(/\bevents\.record\(/g)].map(
        ({ 0: head, index }) => argumentsAt(text, index + head.length)[1] ?? "",
      ),
    );
    const others = calls.filter((event) => !/^\{ type: "(Normal|Warning)", reason: "\w+"/.test(event));
    // the change of an object, the reason of a condition, and what a survey found: each is looked at above
    assert.deepEqual(
      others.toSorted(),
      [
        "event",
        "{ type, reason, message: `${step}: ${message}` }",
        '{ type: "Normal", reason: capitalized(change), message }',
      ].toSorted(),
    );
  });

  it("has every metric with its labels, and says which replica has it", () => {
    const metrics = Object.values(createMetrics()).flatMap((value: object) =>
      "name" in value && "labelNames" in value ? [value as { name: string; labelNames: string[] }] : [],
    );
    const names = metrics.map(({ name, labelNames }) => name + (labelNames.length > 0 ? `{${labelNames.join()}}` : ""));
    const rows = rowsOf("Metrics");
    assert.deepEqual(rows.map(([name = ""]) => name).toSorted(), sorted(names));
    for (const [name, on = ""] of rows) assert.ok(["each", "leader", "surveyor", "generator"].includes(on), name);
  });

  it("names every queue", () => {
    const queues = found(/createQueue\(\{\s*name: "([a-z-]+)"/g);
    const [, told = ""] = /The queues: (.*)/.exec(page) ?? [];
    assert.deepEqual(found(/`([a-z-]+)`/g, [told]).toSorted(), queues.toSorted());
  });

  it("has every check of /readyz", () => {
    const checks = found(/\bname: "([a-z -]+)",\s+check: /g, filesOf("src/service/*.ts"));
    assert.deepEqual(
      rowsOf("Readiness")
        .map(([name = ""]) => name)
        .toSorted(),
      checks.toSorted(),
    );
  });

  it("has every line that is logged at info and above, with its level", () => {
    const calls = logCalls(ROOT);
    for (const { file: path, messages } of calls)
      assert.ok(messages.length > 0, `${path}: a message that is no constant`);
    const logged = calls.flatMap(({ level, messages }) => messages.map((message) => `${level}: ${message}`));
    const told = rowsOf("Log lines").map(([message, level]) => `${level}: ${message}`);
    assert.deepEqual(told.toSorted(), sorted(logged));
    assert.ok(calls.length > 50);
  });

  it("has one meaning for each message", () => {
    const messages = logCalls(ROOT).flatMap((call) => call.messages);
    const twice = messages.filter((message, index) => messages.indexOf(message) !== index);
    assert.deepEqual(twice, []);
  });
});
