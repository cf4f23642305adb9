import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { type CacheEntry, cacheDirectory, cached, cacheKey } from "../../sandbox/cache.ts";
import { scratch } from "../helpers/scratch.ts";

describe("the cache's directory", () => {
  for (const [env, expected] of [
    [{ LANDLORD_CACHE: "/own", XDG_CACHE_HOME: "/xdg", HOME: "/home/a" }, "/own"],
    [{ XDG_CACHE_HOME: "/xdg", HOME: "/home/a" }, "/xdg/landlord"],
    [{ XDG_CACHE_HOME: "relative", HOME: "/home/a" }, "/home/a/.cache/landlord"],
    [{ HOME: "/home/a" }, "/home/a/.cache/landlord"],
    [{}, join(homedir(), ".cache/landlord")],
  ] as const) {
    it(`is ${expected} for ${JSON.stringify(env)}`, () => assert.equal(cacheDirectory(env), expected));
  }
});

describe("a cache key", () => {
  it("has 16 hex digits and is the same for the same ingredients", () => {
    assert.match(cacheKey(["a", Buffer.from("b")]), /^[0-9a-f]{16}$/);
    assert.equal(cacheKey(["a", Buffer.from("b")]), cacheKey(["a", "b"]));
  });

  it("changes with every ingredient, and with where one ends", () => {
    const keys = [["a", "b"], ["a", "c"], ["ab", ""], ["", "ab"], ["a"]].map(cacheKey);
    assert.equal(new Set(keys).size, keys.length);
  });
});

describe("a cache entry", () => {
  const entry = (directory: string, make: CacheEntry["make"]): CacheEntry => ({
    directory,
    key: "k",
    files: ["f"],
    make,
  });
  const writing = (content: string) => (staging: string) => writeFile(join(staging, "f"), content);

  it("is made once", async (t) => {
    const directory = join(await scratch(t), "not", "there", "yet");
    const path = await cached(entry(directory, writing("first")));
    assert.equal(await cached(entry(directory, writing("second"))), path);
    assert.equal(await readFile(join(path, "f"), "utf8"), "first");
    assert.deepEqual(await readdir(directory), ["k"], "neither lock nor staging is left");
  });

  it("is made by one of two who want it at the same time", async (t) => {
    const directory = await scratch(t);
    let made = 0;
    const make = async (staging: string): Promise<void> => {
      made++;
      await writing("x")(staging);
    };
    const pause = (): Promise<void> => new Promise(setImmediate);
    await Promise.all([1, 2, 3].map(() => cached({ ...entry(directory, make), pause })));
    assert.equal(made, 1);
  });

  it("does not come to be when making it fails", async (t) => {
    const directory = await scratch(t);
    const half = async (staging: string): Promise<void> => {
      await writeFile(join(staging, "f"), "half");
      throw new Error("interrupted");
    };
    await assert.rejects(cached(entry(directory, half)), /interrupted/);
    assert.deepEqual(await readdir(directory), []);
  });

  it("does not come to be when a file of it did not come out", async (t) => {
    const directory = await scratch(t);
    await assert.rejects(cached(entry(directory, () => Promise.resolve())), /f did not come out/);
    assert.deepEqual(await readdir(directory), []);
  });

  it("is made anew when somebody has taken a file out of it", async (t) => {
    const directory = await scratch(t);
    const path = await cached(entry(directory, writing("first")));
    await rm(join(path, "f"));
    await cached(entry(directory, writing("second")));
    assert.equal(await readFile(join(path, "f"), "utf8"), "second");
  });

  it("takes away what a process left that died making it, and only that", async (t) => {
    const directory = await scratch(t);
    const dead = `.k.${spawnSync(process.execPath, ["--version"]).pid}`;
    const alive = `.k.${process.ppid}`;
    const other = `.other.${dead.slice(3)}`;
    for (const name of [dead, alive, other]) await mkdir(join(directory, name));
    await cached(entry(directory, writing("x")));
    assert.deepEqual(await readdir(directory), [alive, "k", other].toSorted());
  });
});
