import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { withLock } from "../../sandbox/lock.ts";
import { scratch } from "../helpers/scratch.ts";

/** The pid of a process that has ended. */
const deadPid = (): number => spawnSync(process.execPath, ["--version"]).pid;

describe("a lock", () => {
  it("holds the pid of its owner while it is held, and is gone after", async (t) => {
    const directory = await scratch(t);
    const file = join(directory, "lock");
    const pid = await withLock(file, async () => Number.parseInt(await readFile(file, "utf8"), 10));
    assert.equal(pid, process.pid);
    assert.deepEqual(await readdir(directory), []);
  });

  it("is gone after a task that throws", async (t) => {
    const directory = await scratch(t);
    const failing = withLock(join(directory, "lock"), () => Promise.reject(new Error("no")));
    await assert.rejects(failing, /no/);
    assert.deepEqual(await readdir(directory), []);
  });

  it("lets the second wait until the first is done, and says for whom", async (t) => {
    const file = join(await scratch(t), "lock");
    const order: string[] = [];
    const firstMayEnd = Promise.withResolvers<void>();
    const firstHasIt = Promise.withResolvers<void>();
    const first = withLock(file, async () => {
      firstHasIt.resolve();
      await firstMayEnd.promise;
      order.push("first");
    });
    await firstHasIt.promise;
    const waitedFor: number[] = [];
    const second = withLock(file, () => Promise.resolve(order.push("second")), {
      onWait: (pid) => waitedFor.push(pid),
      pause: () => {
        firstMayEnd.resolve();
        return first;
      },
    });
    await Promise.all([first, second]);
    assert.deepEqual(order, ["first", "second"]);
    assert.deepEqual(waitedFor, [process.pid]);
  });

  it("is broken when its owner is dead", async (t) => {
    const file = join(await scratch(t), "lock");
    await writeFile(file, `${deadPid()} x\n`);
    assert.equal(await withLock(file, () => Promise.resolve("done"), { pause: refuse }), "done");
  });

  it("is broken when nobody has touched it for a minute, though its pid is used by another process now", async (t) => {
    const file = join(await scratch(t), "lock");
    await writeFile(file, `${process.pid} x\n`);
    const old = new Date(Date.now() - 61_000);
    await utimes(file, old, old);
    assert.equal(await withLock(file, () => Promise.resolve("done"), { pause: refuse }), "done");
  });

  it("is not waited for any longer once the signal is aborted", async (t) => {
    const file = join(await scratch(t), "lock");
    await writeFile(file, `${process.pid} x\n`);
    const controller = new AbortController();
    const pause = (): Promise<void> => Promise.resolve(controller.abort(new Error("enough")));
    await assert.rejects(
      withLock(file, () => Promise.resolve(), { pause, signal: controller.signal }),
      /enough/,
    );
    assert.match(await readFile(file, "utf8"), /x/, "a lock of somebody else stays");
  });
});

const refuse = (): Promise<void> => Promise.reject(new Error("it waited"));
