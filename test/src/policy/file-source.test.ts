import assert from "node:assert/strict";
import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { createFilePolicy } from "../../../src/policy/file-source.ts";
import type { Reading } from "../../../src/policy/source.ts";
import { createTestClock } from "../../helpers/clock.ts";
import { eventually } from "../../helpers/eventually.ts";
import { scratch } from "../../helpers/scratch.ts";

const TIMING = { pollMs: 3_000, settleMs: 200 };

async function follow(t: TestContext, path: string) {
  const clock = createTestClock();
  const told: Reading[] = [];
  const stop = new AbortController();
  const source = createFilePolicy({ path, clock, timing: TIMING });
  const run = source.run(stop.signal, (reading) => told.push(reading));
  t.after(async () => {
    stop.abort();
    await run;
  });
  /** Lets the reads that are under way end, then moves time on. */
  const advance = async (ms: number): Promise<void> => {
    await eventually("it waits", () => clock.pending() > 0);
    await clock.advance(ms);
    await eventually("it waits again", () => clock.pending() > 0);
  };
  return { source, told, clock, advance, look: () => advance(TIMING.pollMs), settle: () => advance(TIMING.settleMs) };
}

describe("the policy in a file", () => {
  it("is told once it has stayed as it is, and again when it has changed", async (t) => {
    const path = join(await scratch(t), "policy.yaml");
    await writeFile(path, "one");
    const { source, told, look, settle } = await follow(t, path);
    assert.equal(source.name, `file ${path}`);
    await settle();
    assert.deepEqual(told, [{ text: "one" }]);
    await look();
    assert.equal(told.length, 1);
    await writeFile(path, "two");
    await look();
    await settle();
    assert.deepEqual(told, [{ text: "one" }, { text: "two" }]);
  });

  it("is not told while it is being written", async (t) => {
    const path = join(await scratch(t), "policy.yaml");
    await writeFile(path, "ha");
    const { told, clock, settle } = await follow(t, path);
    await eventually("it waits", () => clock.pending() > 0);
    await writeFile(path, "half");
    await settle();
    assert.deepEqual(told, []);
    await settle();
    assert.deepEqual(told, [{ text: "half" }]);
  });

  it("is followed behind links that are swapped, as a ConfigMap's volume does", async (t) => {
    const directory = await scratch(t);
    for (const version of ["one", "two"]) {
      await mkdir(join(directory, version));
      await writeFile(join(directory, version, "policy.yaml"), version);
    }
    await symlink("one", join(directory, "..data"));
    await symlink("..data/policy.yaml", join(directory, "policy.yaml"));
    const { told, look, settle } = await follow(t, join(directory, "policy.yaml"));
    await settle();
    await symlink("two", join(directory, "..next"));
    await rename(join(directory, "..next"), join(directory, "..data"));
    await look();
    await settle();
    assert.deepEqual(told, [{ text: "one" }, { text: "two" }]);
  });

  it("says why it cannot be read, and goes on looking", async (t) => {
    const path = join(await scratch(t), "policy.yaml");
    const { told, look, settle } = await follow(t, path);
    await settle();
    await writeFile(path, Buffer.from([0x61, 0xff]));
    await look();
    await settle();
    await rm(path);
    await mkdir(path);
    await look();
    await settle();
    await rm(path, { recursive: true });
    await writeFile(path, "mended");
    await look();
    await settle();
    assert.deepEqual(told, [
      { missing: "no such file" },
      { missing: "it is not UTF-8" },
      { missing: "it is a directory" },
      { text: "mended" },
    ]);
  });

  it("is not read beyond what a policy may have", async (t) => {
    const path = join(await scratch(t), "policy.yaml");
    await writeFile(path, "#".repeat(3 * 2 ** 20));
    const { told, settle } = await follow(t, path);
    await settle();
    const [reading] = told;
    assert.ok(reading !== undefined && "text" in reading);
    assert.equal(reading.text.length, 2 ** 20 + 1);
  });
});
