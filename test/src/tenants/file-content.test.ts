import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, rename, rm, symlink, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { systemClock } from "../../../src/model/clock.ts";
import { isStill, readSettled } from "../../../src/tenants/file-content.ts";
import { createTestClock } from "../../helpers/clock.ts";
import { eventually } from "../../helpers/eventually.ts";
import { scratch } from "../../helpers/scratch.ts";

const signal = new AbortController().signal;
const request = (path: string) => ({ path, clock: systemClock, signal, settleMs: 1 });

describe("the content of a file", () => {
  it("is not read again while nothing has changed, and is after any change", async (t) => {
    const path = join(await scratch(t), "file");
    await writeFile(path, "one");
    const first = await readSettled(request(path));
    assert.equal(first.text, "one");
    assert.equal(await readSettled(request(path), first), first);
    assert.equal(await isStill(path, first), true);
    await writeFile(path, "two"); // the same length
    assert.equal(await isStill(path, first), false);
    const second = await readSettled(request(path), first);
    assert.equal(second.text, "two");
    await utimes(path, 0, 0);
    assert.notEqual((await readSettled(request(path), second)).identity, second.identity);
  });

  it("is that of the new version after a Kubernetes volume was swapped", async (t) => {
    const directory = await scratch(t);
    for (const version of ["1", "2"]) {
      await mkdir(join(directory, `..${version}`));
      await writeFile(join(directory, `..${version}`, "tenants.yaml"), version);
    }
    await symlink("..1", join(directory, "..data"));
    const path = join(directory, "tenants.yaml");
    await symlink("..data/tenants.yaml", path);
    const first = await readSettled(request(path));
    await symlink("..2", join(directory, "..data_tmp"));
    await rename(join(directory, "..data_tmp"), join(directory, "..data"));
    await rm(join(directory, "..1"), { recursive: true });
    assert.deepEqual([first.text, (await readSettled(request(path), first)).text], ["1", "2"]);
  });

  it("is believed only when the file is left alone: half a list is a legal list", async (t) => {
    const path = join(await scratch(t), "file");
    await writeFile(path, "half");
    const clock = createTestClock(Date.now());
    let done = false;
    const read = readSettled({ path, clock, signal, settleMs: 100 }).finally(() => (done = true));
    await eventually("it waits", () => clock.pending() === 1);
    await writeFile(path, "half, and the rest");
    await clock.advance(100);
    await eventually("it waits once more", () => clock.pending() === 1);
    assert.equal(done, false);
    await clock.advance(100);
    assert.equal((await read).text, "half, and the rest");
  });

  it("is believed at once when it is old", async (t) => {
    const path = join(await scratch(t), "file");
    await writeFile(path, "old");
    const clock = createTestClock(Date.now() + 60_000);
    assert.equal((await readSettled({ path, clock, signal, settleMs: 100 })).text, "old");
  });

  it("is UTF-8, without its byte order mark", async (t) => {
    const path = join(await scratch(t), "file");
    await writeFile(path, Buffer.from([0xef, 0xbb, 0xbf, 0xc3, 0xa4]));
    assert.equal((await readSettled(request(path))).text, "ä");
    await writeFile(path, Buffer.from([0x61, 0xff]));
    await assert.rejects(readSettled(request(path)), { message: `read ${path}: it is not UTF-8` });
  });

  it("cannot be read: each time with a reason", async (t) => {
    const directory = await scratch(t);
    const path = join(directory, "file");
    await assert.rejects(readSettled(request(path)), { message: `read ${path}: no such file` });
    await assert.rejects(readSettled(request(directory)), { message: `read ${directory}: it is not a file` });
    execFileSync("mkfifo", [path]);
    await assert.rejects(readSettled(request(path)), { message: `read ${path}: it is not a file` });
    await rm(path);
    await writeFile(path, "");
    await truncate(path, 33 * 2 ** 20);
    await assert.rejects(readSettled(request(path)), /it is larger than 33554432 bytes/);
    const stopped = { ...request(path), signal: AbortSignal.abort() };
    await writeFile(path, "a");
    await assert.rejects(readSettled(stopped), { message: `read ${path}: aborted` });
  });
});
