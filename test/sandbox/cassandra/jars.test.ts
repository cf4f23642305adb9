import assert from "node:assert/strict";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { findJars, readSums } from "../../../sandbox/cassandra/jars.ts";
import { eventually } from "../../helpers/eventually.ts";
import { scratch } from "../../helpers/scratch.ts";
import { fakeTools, means } from "../fake-tools.ts";

// the argument of -DoutputDirectory
const OUTPUT = "for argument; do case $argument in -DoutputDirectory=*) out=${argument#*=};; esac; done\n";

describe("the jars of Cassandra", () => {
  it("come from LANDLORD_CASSANDRA_LIB, in order, and nothing else does", async (t) => {
    const directory = await scratch(t);
    for (const name of ["b.jar", "cassandra-all-5.0.9.jar", "a.jar", "LICENSE"])
      await writeFile(join(directory, name), "");
    assert.deepEqual(
      await findJars(means({ LANDLORD_CASSANDRA_LIB: directory })),
      ["a.jar", "b.jar", "cassandra-all-5.0.9.jar"].map((name) => join(directory, name)),
    );
  });

  for (const [what, path] of [
    ["has no Cassandra", "."],
    ["is not there", "nowhere"],
  ] as const) {
    it(`are missing where the directory ${what}`, async (t) => {
      const directory = join(await scratch(t), path);
      await assert.rejects(findJars(means({ LANDLORD_CASSANDRA_LIB: directory })), {
        name: "MissingTool",
        message: /^LANDLORD_CASSANDRA_LIB names \S+, which has no cassandra-all jar: /,
      });
    });
  }

  it("are missing without Maven, in a sentence that says what to do", async (t) => {
    const env = { PATH: await scratch(t), LANDLORD_CACHE: await scratch(t) };
    await assert.rejects(findJars(means(env)), {
      name: "MissingTool",
      message:
        "Maven is not installed: install Maven to fetch Cassandra, or set LANDLORD_CASSANDRA_LIB to a directory with its jars",
    });
    assert.deepEqual(await readdir(join(env.LANDLORD_CACHE, "cassandra")), []);
  });

  it("do not come to be when Maven fails, which is told with its last words", async (t) => {
    const mvn = `${OUTPUT}echo half > "$out/a.jar"; echo "[ERROR] no such host"; echo "at last" >&2; exit 1`;
    const env = { PATH: await fakeTools(t, { mvn }), LANDLORD_CACHE: await scratch(t) };
    await assert.rejects(
      findJars(means(env)),
      /^Error: fetch Cassandra: mvn exited with 1:\n\[ERROR\] no such host\nat last$/,
    );
    assert.deepEqual(await readdir(join(env.LANDLORD_CACHE, "cassandra")), []);
  });

  it("do not come to be when one is another than it must be", async (t) => {
    const mvn = `${OUTPUT}echo other > "$out/cassandra-all-5.0.9.jar"; echo new > "$out/stranger.jar"`;
    const env = { PATH: await fakeTools(t, { mvn }), LANDLORD_CACHE: await scratch(t) };
    const asked = means(env);
    await assert.rejects(findJars(asked), (error: Error) => {
      assert.match(error.message, /^fetch Cassandra: .* is not what jars\.sha256 says$/);
      for (const name of ["cassandra-all-5.0.9.jar", "stranger.jar"]) assert.ok(error.message.includes(name));
      return true;
    });
    assert.deepEqual(asked.lines, ["fetching Cassandra from Maven Central, once: 67 MB, half a minute"]);
  });

  it("do not come to be when the fetch is interrupted", async (t) => {
    const mvn = `${OUTPUT}echo half > "$out/a.jar"; exec sleep 600`;
    const env = { PATH: await fakeTools(t, { mvn }), LANDLORD_CACHE: await scratch(t) };
    const controller = new AbortController();
    const fetching = findJars({ ...means(env), signal: controller.signal });
    const inCache = (): Promise<string[]> =>
      readdir(join(env.LANDLORD_CACHE, "cassandra"), { recursive: true }).catch(() => []);
    await eventually("half of it is there", async () => (await inCache()).some((file) => file.endsWith("a.jar")));
    controller.abort(new Error("no longer wanted"));
    await assert.rejects(fetching, /no longer wanted/);
    assert.deepEqual(await inCache(), []);
  });
});

describe("the sums of the jars", () => {
  it("are read as sha256sum writes them, into the order of the class path", () => {
    const [a, b] = ["a".repeat(64), "b".repeat(64)];
    assert.deepEqual(
      [...readSums(`${b}  b c.jar\n${a}  a.jar\n`)],
      [
        ["a.jar", a],
        ["b c.jar", b],
      ],
    );
  });
});
