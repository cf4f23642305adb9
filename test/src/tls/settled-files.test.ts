import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { readSettled } from "../../../src/tls/settled-files.ts";
import { scratch } from "../../helpers/scratch.ts";

/** A clock on which no time passes: `during` is done where somebody waits. */
const clockThat = (during: () => Promise<void>) => ({
  now: () => 0,
  steady: () => 0,
  after: (_: number, task: () => void) => {
    void during().then(task);
    return () => undefined;
  },
});

test("reads several files in order, once they stay as they are", async (t) => {
  const directory = await scratch(t);
  const [one, two] = [join(directory, "one"), join(directory, "two")];
  await Promise.all([writeFile(one, "1"), writeFile(two, "old")]);
  let waits = 0;
  const clock = clockThat(async () => void (++waits === 1 && (await writeFile(two, "new"))));
  assert.deepEqual(await readSettled([one, two], { clock }), ["1", "new"]);
  assert.equal(waits, 2);
});

test("names the file that cannot be read", async (t) => {
  const path = join(await scratch(t), "none");
  const clock = clockThat(() => Promise.resolve());
  await assert.rejects(readSettled([path], { clock }), { message: `read ${path}: no such file` });
});

test("gives up on files that keep changing", async (t) => {
  const path = join(await scratch(t), "busy");
  await writeFile(path, "0");
  let waits = 0;
  const clock = clockThat(() => writeFile(path, String(++waits)));
  await assert.rejects(readSettled([path], { clock }), /they keep changing/);
  assert.equal(waits, 10);
});
