import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { createFreshFile } from "../../../src/kube/fresh-file.ts";
import { createTestClock } from "../../helpers/clock.ts";

describe("a fresh file", () => {
  let directory: string;
  let path: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "landlord-fresh-"));
    path = join(directory, "token");
  });
  afterEach(() => rm(directory, { recursive: true }));

  it("is read again after a second, and not before", async () => {
    const clock = createTestClock();
    const file = createFreshFile({ path, clock });
    await writeFile(path, "one\n");
    assert.equal((await file.read()).open(), "one");
    await writeFile(path, "two\n");
    await clock.advance(999);
    assert.equal((await file.read()).open(), "one");
    await clock.advance(1);
    assert.equal((await file.read()).open(), "two");
  });

  it("is read again when neither its size nor its time has changed", async () => {
    const clock = createTestClock();
    const file = createFreshFile({ path, clock });
    await writeFile(path, "one");
    await file.read();
    const { atime, mtime } = await stat(path);
    await writeFile(path, "two");
    await utimes(path, atime, mtime);
    await clock.advance(1_000);
    assert.equal((await file.read()).open(), "two");
  });

  it("is read at once when invalidated, and when the clock was set back", async () => {
    const clock = createTestClock();
    const file = createFreshFile({ path, clock });
    await writeFile(path, "one");
    await file.read();
    await writeFile(path, "two");
    file.invalidate();
    assert.equal((await file.read()).open(), "two");
    await writeFile(path, "three");
    clock.jump(-3_600_000);
    assert.equal((await file.read()).open(), "three");
  });

  it("keeps its content while the file is gone or empty", async () => {
    const clock = createTestClock();
    const file = createFreshFile({ path, clock });
    await writeFile(path, "one");
    await file.read();
    await rm(path);
    await clock.advance(1_000);
    assert.equal((await file.read()).open(), "one");
    await writeFile(path, "");
    await clock.advance(1_000);
    assert.equal((await file.read()).open(), "one");
  });

  it("names the file that was never there, is empty, or is a directory", async () => {
    const clock = createTestClock();
    await assert.rejects(createFreshFile({ path, clock }).read(), { message: `read ${path}: no such file` });
    await writeFile(path, " \n");
    await assert.rejects(createFreshFile({ path, clock }).read(), { message: `read ${path}: the file is empty` });
    const inner = join(directory, "inner");
    await mkdir(inner);
    await assert.rejects(createFreshFile({ path: inner, clock }).read(), {
      message: `read ${inner}: it is a directory`,
    });
  });
});
