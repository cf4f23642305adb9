import assert from "node:assert/strict";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type Baseline, NO_BASELINE } from "../../../src/generator/baseline.ts";
import { createFileBaseline } from "../../../src/generator/file-baseline.ts";
import { scratch } from "../../helpers/scratch.ts";

const signal = new AbortController().signal;
const BASELINE: Baseline = { ...NO_BASELINE, version: 4, hash: "h", table: "filled" };
const HASH = "0123456789abcdef0123456789abcdef";

async function setUp(t: TestContext) {
  const directory = await scratch(t);
  const path = join(directory, "baseline.json");
  return { directory, path, store: createFileBaseline({ path }) };
}

test("finds nothing where there is no file", async (t) => {
  const { store } = await setUp(t);
  assert.deepEqual(await store.read(signal), { baseline: undefined, stamp: undefined, override: undefined });
  assert.equal(store.shared, false);
});

test("reads back what it wrote, which only its owner may read", async (t) => {
  const { store, path, directory } = await setUp(t);
  await store.write(BASELINE, undefined, signal);
  await store.write({ ...BASELINE, version: 5 }, "", signal);
  assert.deepEqual((await store.read(signal)).baseline, { ...BASELINE, version: 5 });
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.deepEqual(await readdir(directory), ["baseline.json"]);
});

test("keeps the last content, and leaves nothing behind, when it cannot write", async (t) => {
  const { store, path, directory } = await setUp(t);
  await store.write(BASELINE, undefined, signal);
  await mkdir(`${path}.next`);
  await assert.rejects(store.write({ ...BASELINE, version: 5 }, "", signal), /write baseline .*EISDIR/);
  assert.equal((await store.read(signal)).baseline?.version, 4);
  const elsewhere = createFileBaseline({ path: join(directory, "none", "baseline.json") });
  await assert.rejects(elsewhere.write(BASELINE, undefined, signal), /write baseline .*ENOENT/);
});

test("does not take a file that it cannot read for one that is not there", async (t) => {
  const { store, path, directory } = await setUp(t);
  await writeFile(path, "{");
  await assert.rejects(store.read(signal), /read baseline: it is not JSON/);
  await writeFile(path, "");
  await assert.rejects(store.read(signal), /read baseline: it is not JSON/);
  await assert.rejects(createFileBaseline({ path: directory }).read(signal), /read baseline .*EISDIR/);
  assert.equal(await readFile(path, "utf8"), "");
});

test("reads an override beside it, and takes one that it cannot read for none", async (t) => {
  const { store, path } = await setUp(t);
  await writeFile(`${path}.accept`, `${HASH} 2026-01-01T12:00:00Z\n`);
  assert.deepEqual((await store.read(signal)).override, { hash: HASH, until: Date.parse("2026-01-01T12:00:00Z") });
  await writeFile(`${path}.accept`, "yes");
  assert.equal((await store.read(signal)).override, undefined);
});
