// What the Dockerfile promises, read from it; test/world/image.test.ts runs what it runs.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { build, createIgnore, stagesOf } from "./helpers/dockerfile.ts";
import { scratch } from "./helpers/scratch.ts";

const { args, stages } = stagesOf(readFileSync("Dockerfile", "utf8"));
const last = stages.at(-1);
const wordsOf = (word: string): string[] =>
  (last?.instructions ?? []).filter((instruction) => instruction.word === word).map(({ rest }) => rest);

describe("the Dockerfile", () => {
  it("builds in one stage and ships another, both on images that can be chosen", () => {
    assert.ok(stages.length > 1);
    const chosen = stages.map(({ image }) => /^\$\{(\w+)\}$/.exec(image)?.[1]);
    assert.deepEqual(chosen, ["NODE_IMAGE", "RUNTIME_IMAGE"]);
    for (const name of chosen) assert.ok(args.some((arg) => arg.startsWith(`${name}=`)));
  });

  it("runs as nobody in particular, and runs nothing while the image is shipped", () => {
    assert.match(wordsOf("USER").join(), /^[1-9]\d*:[1-9]\d*$/);
    assert.deepEqual(wordsOf("RUN"), []);
    assert.equal(wordsOf("ENTRYPOINT").length, 1);
  });

  it("ships neither sources nor tests, and nothing of its context that it does not name", () => {
    for (const rest of wordsOf("COPY")) {
      const shipped =
        rest.startsWith("--from=build ") || rest.startsWith("docs/reference/") || rest.startsWith("manifests/base/");
      assert.ok(shipped, rest);
      assert.ok(!/\b(src|test|sandbox)\/?\s/.test(rest.replace("dist/src", "")), rest);
    }
  });
});

describe("a Dockerfile", () => {
  it("is built without Docker: copies, and runs, stage by stage", async (t) => {
    const directory = await scratch(t);
    const context = join(directory, "context");
    mkdirSync(join(context, "src"), { recursive: true });
    writeFileSync(join(context, "src/a.txt"), "a");
    writeFileSync(join(context, "b.txt"), "b");
    const text =
      "FROM x AS build\nWORKDIR /app\nCOPY src src\nCOPY b.txt ./\nRUN cat src/a.txt \\\n  b.txt > ab.txt\nFROM y\nWORKDIR /app\nCOPY --from=build /app/ab.txt ./\n";
    const given = { stages: stagesOf(text).stages, context, directory, env: process.env };
    const root = build({ ...given, isSent: createIgnore("*\n!src\n!b.txt\n") });
    assert.equal(readFileSync(join(root, "app/ab.txt"), "utf8"), "ab");
    assert.throws(
      () => build({ ...given, isSent: createIgnore("*\n!src\n") }),
      /COPY b.txt: .dockerignore leaves it out/,
    );
    const failing = stagesOf("FROM x\nWORKDIR /app\nRUN echo why >&2; exit 3\n").stages;
    assert.throws(() => build({ ...given, stages: failing, isSent: () => true }), /ended with 3\nwhy/);
  });
});
