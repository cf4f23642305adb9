import assert from "node:assert/strict";
import { chmod, chown, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { replaceFile } from "../../../src/tenants/atomic-write.ts";
import { scratch } from "../../helpers/scratch.ts";

const yes = (): Promise<boolean> => Promise.resolve(true);

describe("replacing a file", () => {
  it("puts another file in its place, with the same mode and owner, and leaves nothing beside it", async (t) => {
    const directory = await scratch(t);
    const path = join(directory, "file");
    await writeFile(path, "old");
    await chmod(path, 0o640);
    const isRoot = process.getuid?.() === 0;
    if (isRoot) await chown(path, 65_534, 65_534);
    const before = await stat(path);
    assert.equal(await replaceFile(path, "new", yes), true);
    const after = await stat(path);
    assert.equal(await readFile(path, "utf8"), "new");
    assert.notEqual(after.ino, before.ino);
    assert.deepEqual([after.mode, after.uid, after.gid], [before.mode, before.uid, before.gid]);
    assert.deepEqual(await readdir(directory), ["file"]);
  });

  it("shows the old text until the new one is whole", async (t) => {
    const path = join(await scratch(t), "file");
    await writeFile(path, "old");
    let seen = "";
    await replaceFile(path, "new", async () => {
      seen = await readFile(path, "utf8");
      return true;
    });
    assert.equal(seen, "old");
  });

  it("leaves all as it was when the answer is no", async (t) => {
    const directory = await scratch(t);
    const path = join(directory, "file");
    await writeFile(path, "old");
    assert.equal(await replaceFile(path, "new", () => Promise.resolve(false)), false);
    assert.equal(await readFile(path, "utf8"), "old");
    assert.deepEqual(await readdir(directory), ["file"]);
  });

  it("keeps a link, and replaces what it points to", async (t) => {
    const directory = await scratch(t);
    await mkdir(join(directory, "real"));
    await writeFile(join(directory, "real", "file"), "old");
    await symlink("real/file", join(directory, "link"));
    await replaceFile(join(directory, "link"), "new", yes);
    assert.ok((await lstat(join(directory, "link"))).isSymbolicLink());
    assert.equal(await readFile(join(directory, "real", "file"), "utf8"), "new");
  });

  it("says why it cannot", async (t) => {
    const directory = await scratch(t);
    const path = join(directory, "file");
    await assert.rejects(replaceFile(path, "new", yes), { message: `write ${path}: no such file` });
    await writeFile(path, "old");
    const failing = (): Promise<boolean> => Promise.reject(new Error("no idea"));
    await assert.rejects(replaceFile(path, "new", failing), { message: `write ${path}: no idea` });
    assert.deepEqual(await readdir(directory), ["file"]);
  });
});
