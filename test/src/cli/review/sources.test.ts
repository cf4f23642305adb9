import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, symlink, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { promisify } from "node:util";
import { UsageError } from "../../../../src/cli/command.ts";
import { isKustomizationFile, readSources, type SourceOptions } from "../../../../src/cli/review/sources.ts";
import { collect } from "../../../helpers/collect.ts";
import { scratch } from "../../../helpers/scratch.ts";

const noStdin = () => Promise.reject(new Error("not scripted"));

async function tree(t: TestContext, files: Record<string, string | Buffer>): Promise<string> {
  const directory = await scratch(t);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), content);
  }
  return directory;
}

/** Names below the directory, with the text or the fault. */
async function seen(
  directory: string,
  paths: readonly string[],
  options: Partial<SourceOptions> = {},
): Promise<string[]> {
  const sources = await collect(readSources(paths, { stdin: noStdin, ...options }));
  return sources.map(
    (source) => `${source.name.replace(`${directory}/`, "")} ${"fault" in source ? `(${source.fault})` : source.text}`,
  );
}

describe("readSources", () => {
  it("takes what is named, in that order", async (t) => {
    const directory = await tree(t, { "b.txt": "b", "a.yaml": "a" });
    const paths = [join(directory, "b.txt"), join(directory, "a.yaml"), "-", join(directory, "none.yaml")];
    const stdin = () => Promise.resolve(Buffer.from("in"));
    assert.deepEqual(await seen(directory, paths, { stdin }), [
      "b.txt b",
      "a.yaml a",
      "stdin in",
      "none.yaml (no such file)",
    ]);
  });

  it("takes manifests of a directory in byte order, but nothing hidden and no packages", async (t) => {
    const directory = await tree(t, {
      "b.yml": "1",
      "B.yaml": "2",
      "a/z.json": "3",
      "a.yaml": "4",
      "é.yaml": "5",
      ".hidden.yaml": "",
      ".git/x.yaml": "",
      "node_modules/x.yaml": "",
      "a/notes.md": "",
    });
    assert.deepEqual(await seen(directory, [directory]), ["B.yaml 2", "a/z.json 3", "a.yaml 4", "b.yml 1", "é.yaml 5"]);
  });

  it("follows symbolic links, but never in circles", async (t) => {
    const directory = await tree(t, { "a/x.yaml": "x", "b/y.yaml": "y" });
    await symlink(directory, join(directory, "a", "up"));
    await symlink(join(directory, "b"), join(directory, "a", "b"));
    await symlink(join(directory, "gone"), join(directory, "c.yaml"));
    assert.deepEqual(await seen(directory, [directory]), ["a/b/y.yaml y", "a/x.yaml x", "c.yaml (no such file)"]);
  });

  it("waits for nothing that lies in a directory and is no file", async (t) => {
    const directory = await tree(t, { "a.yaml": "a" });
    await promisify(execFile)("mkfifo", [join(directory, "b.yaml")]);
    await symlink("/dev/zero", join(directory, "c.yaml"));
    assert.deepEqual(await seen(directory, [directory]), ["a.yaml a", "b.yaml (is no file)", "c.yaml (is no file)"]);
  });

  it("refuses what is no text, or too much of it", async (t) => {
    const directory = await tree(t, { "a.yaml": Buffer.from([0xff, 0xfe, 0x61]), "b.yaml": "" });
    await truncate(join(directory, "b.yaml"), 64 * 1024 * 1024 + 1);
    assert.deepEqual(await seen(directory, [directory]), [
      "a.yaml (is not UTF-8 text)",
      "b.yaml (is larger than 64 MiB)",
    ]);
  });

  it("reads standard input once", async () => {
    await assert.rejects(collect(readSources(["-", "-"], { stdin: noStdin })), UsageError);
  });

  it("lets a directory that is kustomize's be rendered, and does not look into it", async (t) => {
    const directory = await tree(t, { "a/kustomization.yaml": "k", "a/b/x.yaml": "x", "c/x.yaml": "c" });
    const render = async (name: string) => ({ name, text: "rendered" });
    assert.deepEqual(await seen(directory, [directory], { render }), ["a rendered", "c/x.yaml c"]);
    assert.equal((await seen(directory, [directory])).length, 3);
  });

  it("knows kustomize's own files by their names", () => {
    for (const name of ["kustomization.yaml", "a/kustomization.yml", "/a/Kustomization"])
      assert.ok(isKustomizationFile(name));
    for (const name of ["kustomization.json", "a/my-kustomization.yaml", "kustomization.yaml/x"])
      assert.ok(!isKustomizationFile(name));
  });
});
