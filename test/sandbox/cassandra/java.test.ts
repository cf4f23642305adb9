import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { findJava, majorVersion } from "../../../sandbox/cassandra/java.ts";
import { scratch } from "../../helpers/scratch.ts";
import { fakeTools, JAVA_17 } from "../fake-tools.ts";

describe("the Java for Cassandra", () => {
  it("is the one on the PATH", async (t) => {
    const java = await findJava({ PATH: await fakeTools(t, { java: JAVA_17 }) });
    assert.deepEqual(java, { command: "java", version: 'openjdk version "17.0.15" 2025-04-15\n' });
  });

  it("is that of JAVA_HOME before all others", async (t) => {
    const home = await scratch(t);
    const env = { PATH: await fakeTools(t, { java: JAVA_17 }), JAVA_HOME: home };
    await assert.rejects(findJava(env), {
      name: "MissingTool",
      message: `JAVA_HOME names ${home}, which has no bin/java: install Java 17, or set JAVA_HOME to where one is, to run Cassandra`,
    });
  });

  it("is missing where there is none", async (t) => {
    await assert.rejects(findJava({ PATH: await scratch(t) }), {
      name: "MissingTool",
      message: /^Java is not installed: install Java 17, /,
    });
  });

  it("is missing where there is another one", async (t) => {
    const java = "echo 'openjdk version \"21.0.2\" 2024-01-16' >&2\n";
    await assert.rejects(findJava({ PATH: await fakeTools(t, { java }) }), {
      name: "MissingTool",
      message: /^Java 21 is no good here: install Java 17, /,
    });
  });

  it("is missing where it does not run", async (t) => {
    const PATH = await fakeTools(t, { java: "exit 1" });
    await assert.rejects(findJava({ PATH }), { name: "MissingTool", message: /^java does not run: / });
    const home = join(PATH.split(":")[0] ?? "", "java");
    await assert.rejects(findJava({ PATH, JAVA_HOME: home }), { name: "MissingTool", message: /does not run: / });
  });
});

describe("a version of Java", () => {
  for (const [told, major] of [
    ['openjdk version "17.0.15" 2025-04-15', 17],
    ['java version "1.8.0_402"', 8],
    ['openjdk version "26-ea" 2026-03-17', 26],
    ["no such thing", undefined],
  ] as const) {
    it(`is ${major} in ${told}`, () => assert.equal(majorVersion(told), major));
  }
});
