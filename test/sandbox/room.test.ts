import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, it, type TestContext } from "node:test";
import { isAlive } from "../../sandbox/alive.ts";
import type { Program, Room } from "../../sandbox/part.ts";
import { ProcessFailed } from "../../sandbox/process.ts";
import { openRoom } from "../../sandbox/room.ts";
import { sweep } from "../../sandbox/sweep.ts";
import { eventually } from "../helpers/eventually.ts";
import { scratch } from "../helpers/scratch.ts";

const never = new AbortController().signal;

async function room(t: TestContext, signal: AbortSignal = never): Promise<Room> {
  const opened = await openRoom(signal, await scratch(t));
  t.after(() => opened.close());
  return opened;
}

/** A part that is a shell script; ready once it has made the file `up`. */
const script = ({ directory }: Room, text: string): Program => ({
  name: "part",
  command: "/bin/sh",
  args: ["-c", text],
  ready: () => Promise.resolve(existsSync(join(directory, "up"))),
});

/** Whether it runs: a zombie, which nobody may ever look after in a container, does not. */
async function runs(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  if (status !== undefined) return !/\) [ZX] /.test(status);
  return !existsSync("/proc/self") && isAlive(pid);
}

const gone = (pid: number): Promise<true> => eventually(`${pid} is gone`, async () => !(await runs(pid)));

describe("a room", () => {
  it("is a directory that is closed to other users, and gone after", async (t) => {
    const opened = await room(t);
    const { directory } = opened;
    assert.equal((await stat(directory)).mode & 0o777, 0o700);
    await writeFile(join(directory, "data"), "x");
    await opened.close();
    assert.equal(existsSync(directory), false);
  });

  it("ends a part and what the part has started", async (t) => {
    const opened = await room(t);
    const part = await opened.start(script(opened, "sleep 600 & echo $! > child; touch up; wait"));
    const child = Number(await readFile(join(opened.directory, "child"), "utf8"));
    assert.ok(await runs(child));
    await opened.close();
    await Promise.all([gone(part.pid!), gone(child)]);
  });

  it("gives a part a session of its own and nothing of our environment", async (t) => {
    const opened = await room(t);
    const part = await opened.start(script(opened, "env > env; touch up; exec sleep 600"));
    const read = async (file: string): Promise<string> => (await readFile(join(opened.directory, file), "utf8")).trim();
    const lines = (await read("env")).split("\n");
    const names = new Set(lines.map((line) => line.split("=")[0]));
    for (const own of ["_", "OLDPWD", "SHLVL"]) names.delete(own); // the shell's
    assert.deepEqual(names, new Set(["HOME", "LANDLORD_SANDBOX", "PATH", "PWD", "TMPDIR"]));
    assert.ok(process.kill(-part.pid!, 0), "it leads a group");
  });

  it("tells how a part ended that did not get ready, and the end of its log", async (t) => {
    const opened = await room(t);
    const starting = opened.start(script(opened, 'for n in $(seq 1 30); do echo "line $n"; done; exit 3'));
    await assert.rejects(starting, (error: unknown) => {
      assert.ok(error instanceof ProcessFailed);
      assert.match(error.message, /^run part: exited with code 3; the end of its log:\nline 11\n[^]*line 30$/);
      return true;
    });
  });

  it("tells when a part's program is not there", async (t) => {
    const opened = await room(t);
    const starting = opened.start({ ...script(opened, ""), command: "/not/there" });
    await assert.rejects(starting, /^ProcessFailed: run part: could not be started/);
    assert.deepEqual(opened.running(), []);
  });

  it("fails when a part dies later", async (t) => {
    const opened = await room(t);
    const part = await opened.start(script(opened, "echo last words; touch up; exec sleep 600"));
    process.kill(part.pid!, "SIGKILL");
    await assert.rejects(
      opened.failed,
      /^ProcessFailed: run part: killed by SIGKILL; the end of its log:\nlast words$/,
    );
  });

  it("does not fail when a part ends that was asked to", async (t) => {
    const opened = await room(t);
    const part = await opened.start(script(opened, "touch up; exec sleep 600"));
    await part.stop();
    await gone(part.pid!);
    assert.equal(await Promise.race([opened.failed, Promise.resolve("fine")]), "fine");
  });

  it("does not wait for a part that does not care for SIGTERM", async (t) => {
    const opened = await room(t);
    const part = await opened.start(script(opened, 'trap "" TERM; touch up; while :; do sleep 1; done'));
    await part.stop(20);
    assert.equal(part.alive(), false);
  });

  it("stops waiting for a part, and ends it, when the signal is aborted", async (t) => {
    const controller = new AbortController();
    const opened = await room(t, controller.signal);
    const starting = opened.start(script(opened, "exec sleep 600"));
    controller.abort(new Error("enough"));
    await assert.rejects(starting, /enough/);
    assert.deepEqual(opened.running(), []);
  });

  it("stops waiting for a part when it is closed meanwhile", async (t) => {
    const opened = await room(t);
    const starting = opened.start(script(opened, "exec sleep 600"));
    const failing = assert.rejects(starting, /^Error: start part: stopped before it was ready$/);
    await opened.close();
    await failing;
  });
});

/** A process of its own that opens a room below `parent` with one part, and what it tells. */
async function owner(t: TestContext, parent: string) {
  const child = spawn(process.execPath, [join(import.meta.dirname, "room-owner.ts"), parent], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  const [line] = await once(createInterface(child.stdout), "line");
  const told: { directory: string; part: number; keeper: number } = JSON.parse(String(line));
  return { ...told, kill: () => child.kill("SIGKILL") && once(child, "exit") };
}

describe("a room whose owner is killed", () => {
  it("is gone with all that ran in it, by its keeper", async (t) => {
    const parent = await scratch(t);
    const { directory, part, keeper, kill } = await owner(t, parent);
    assert.ok((await runs(part)) && existsSync(directory));
    await kill();
    await Promise.all([gone(part), gone(keeper)]);
    assert.deepEqual(await readdir(parent), []);
  });

  it("is gone at the next start when its keeper was killed too", {
    skip: !existsSync("/proc/self/environ"),
  }, async (t) => {
    const parent = await scratch(t);
    const { directory, part, keeper, kill } = await owner(t, parent);
    process.kill(keeper, "SIGKILL");
    await gone(keeper);
    await kill();
    assert.ok((await runs(part)) && existsSync(directory), "nobody else looks after it");
    assert.deepEqual(await sweep(parent), [directory]);
    await gone(part);
    assert.deepEqual(await readdir(parent), []);
  });
});

describe("the sweep", () => {
  it("leaves alone what has a living owner, and what is not ours", async (t) => {
    const parent = await scratch(t);
    const names = [`landlord-sandbox-${process.pid}-abc123`, "landlord-sandbox-notes", "other-999999999-abc123"];
    for (const name of names) await mkdir(join(parent, name));
    assert.deepEqual(await sweep(parent), []);
    assert.deepEqual(await readdir(parent), names.toSorted());
  });
});
