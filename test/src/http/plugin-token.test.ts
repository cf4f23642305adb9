import assert from "node:assert/strict";
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { createTokenSource } from "../../../src/http/plugin-token.ts";
import { createTestClock } from "../../helpers/clock.ts";
import { createTestLog } from "../../helpers/log.ts";
import { scratch } from "../../helpers/scratch.ts";

async function setUp(t: TestContext, content?: string | Buffer, previous?: string) {
  const directory = await scratch(t);
  const path = join(directory, "token");
  const previousPath = join(directory, "previous");
  if (content !== undefined) await writeFile(path, content);
  if (previous !== undefined) await writeFile(previousPath, previous);
  const clock = createTestClock();
  const { log, lines } = createTestLog();
  const tokens = createTokenSource({
    path,
    reloadMs: 10_000,
    overlapMs: 60_000,
    clock,
    log,
    ...(previous === undefined ? {} : { previousPath }),
  });
  await tokens.reload();
  const opens = (token: string): boolean => tokens.accepts(`Bearer ${token}`);
  const change = async (next: string): Promise<void> => {
    await writeFile(path, next);
    await tokens.reload();
  };
  return { directory, path, previousPath, clock, lines, tokens, opens, change };
}

test("accepts exactly the token, with the scheme as it is written", async (t) => {
  const { tokens } = await setUp(t, "s3cret\n");
  assert.equal(tokens.accepts("Bearer s3cret"), true);
  assert.equal(tokens.ready(), true);
  const others = [
    undefined,
    "",
    "Bearer",
    "Bearer ",
    "Bearer wrong",
    "Bearer s3cret2",
    "Bearer s3cre",
    "s3cret",
    "Bearer  s3cret",
    "bearer s3cret",
    "Bearer S3CRET",
    "Bearer s3cret ",
    "Bearer s3cret, Bearer s3cret",
    "Basic s3cret",
  ];
  for (const header of others) assert.equal(tokens.accepts(header), false, header);
});

test("trims white space around the token, of every kind, and nothing else", async (t) => {
  const { opens } = await setUp(t, "\u3000 \t s3 cret\r\n\u0085");
  assert.equal(opens("s3 cret"), true);
  const marked = await setUp(t, "\uFEFFs3cret");
  assert.equal(marked.opens("s3cret"), false);
});

test("accepts a token that is not ASCII by its bytes, as node:http gives them", async (t) => {
  const { opens } = await setUp(t, "clé-тест");
  assert.equal(opens(Buffer.from("clé-тест", "utf8").toString("latin1")), true);
  assert.equal(opens(Buffer.from("clé", "latin1").toString("latin1")), false);
});

for (const [what, content] of [
  ["empty", ""],
  ["blank", " \n\t\n"],
] as const) {
  test(`accepts nothing, and is not ready, with a file that is ${what}`, async (t) => {
    const { tokens, opens, path, lines } = await setUp(t, content);
    for (const token of ["", " ", "undefined"]) assert.equal(opens(token), false);
    assert.equal(tokens.accepts("Bearer"), false);
    assert.equal(tokens.ready(), `token file ${path}: it holds no token`);
    assert.deepEqual(lines, [
      { level: "error", message: "token file cannot be used", fields: { path, fault: "it holds no token" } },
    ]);
  });
}

test("is not ready with a file that is missing, a directory, or not read yet; and says it once", async (t) => {
  const { tokens, path, lines } = await setUp(t);
  await tokens.reload();
  assert.equal(tokens.ready(), `token file ${path}: no such file`);
  assert.equal(lines.length, 1);
  await mkdir(path);
  await tokens.reload();
  assert.equal(tokens.ready(), `token file ${path}: it is a directory`);
  assert.equal(lines.length, 2);
  const options = { path, reloadMs: 1, overlapMs: 1, clock: createTestClock(), log: createTestLog().log };
  assert.equal(createTokenSource(options).ready(), `token file ${path}: not read yet`);
});

test("opens to a new token at once, and to the one before for the overlap", async (t) => {
  const { clock, opens, change, lines } = await setUp(t, "one");
  await change("two");
  assert.deepEqual([opens("one"), opens("two")], [true, true]);
  await clock.advance(59_999);
  assert.equal(opens("one"), true);
  await clock.advance(1);
  assert.deepEqual([opens("one"), opens("two")], [false, true]);
  assert.deepEqual(
    lines.map(({ message }) => message),
    ["token changed"],
  );
});

test("opens to the last two only, and a token that comes back is the current one", async (t) => {
  const { opens, change } = await setUp(t, "one");
  await change("two");
  await change("three");
  assert.deepEqual([opens("one"), opens("two"), opens("three")], [false, true, true]);
  await change("two");
  assert.deepEqual([opens("two"), opens("three")], [true, true]);
});

test("opens for the overlap and no longer when the file goes, is emptied, or cannot be read", async (t) => {
  for (const spoil of ["rm", "empty", "directory"]) {
    const { clock, opens, tokens, path, lines } = await setUp(t, "one");
    if (spoil === "empty") await writeFile(path, "");
    else await rm(path);
    if (spoil === "directory") await mkdir(path);
    await tokens.reload();
    assert.deepEqual([opens("one"), tokens.ready()], [true, true]);
    await tokens.reload();
    await clock.advance(60_000);
    assert.equal(opens("one"), false);
    assert.match(String(tokens.ready()), /^token file /);
    assert.deepEqual(
      lines.map(({ message }) => message),
      ["token file cannot be used", "token withdrawn"],
    );
  }
});

test("says so when a file can be read again", async (t) => {
  const { opens, change, lines } = await setUp(t);
  await change("one");
  assert.equal(opens("one"), true);
  assert.equal(lines.at(-1)?.message, "token file can be read again");
});

test("accepts the token of the second file as long as it is there", async (t) => {
  const { opens, tokens, previousPath, path } = await setUp(t, "new", "old\n");
  assert.deepEqual([opens("new"), opens("old")], [true, true]);
  await rm(previousPath);
  await tokens.reload();
  assert.deepEqual([opens("new"), opens("old"), tokens.ready()], [true, false, true]);
  await writeFile(previousPath, "old");
  await rm(path);
  await tokens.reload();
  assert.equal(opens("old"), true);
});

test("reads the files again and again until it is stopped", async (t) => {
  const { clock, opens, path, tokens } = await setUp(t, "one");
  const controller = new AbortController();
  const run = tokens.run(controller.signal);
  await writeFile(path, "two");
  // files are read in their own time, not the clock's
  for (let turn = 0; turn < 1_000 && !opens("two"); turn++) await clock.advance(10_000);
  assert.equal(opens("two"), true);
  controller.abort();
  await run;
});

test("never logs a token, or tells it", async (t) => {
  const { change, tokens, lines, path } = await setUp(t, "hunter2");
  await change("hunter3");
  await chmod(path, 0o600);
  await change("");
  const all = JSON.stringify([lines, tokens.ready(), Object.values(tokens).map(String)]);
  assert.doesNotMatch(all, /hunter/);
});
