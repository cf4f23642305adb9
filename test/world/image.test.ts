// What the Dockerfile's stages run, run here without Docker: production install, compile, and a start of what came of it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, globSync, lstatSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { startLandlord } from "../../sandbox/landlord.ts";
import { build, createIgnore, stagesOf } from "../helpers/dockerfile.ts";
import { sandboxOrSkip, useSandbox } from "../helpers/sandbox.ts";

const { skip } = await sandboxOrSkip();
const MIB = 1024 * 1024;

describe("the image", { skip }, () => {
  const world = useSandbox();
  const { stages } = stagesOf(readFileSync("Dockerfile", "utf8"));
  const lastOf = (word: string): string =>
    stages.at(-1)?.instructions.findLast((instruction) => instruction.word === word)?.rest ?? "";
  const home = (): string => join(root, lastOf("WORKDIR"));
  const entry = (): string[] => {
    const [program, ...args] = JSON.parse(lastOf("ENTRYPOINT")) as string[];
    assert.equal(program, "node");
    return args.map((arg) => (arg.startsWith("--") ? arg : join(home(), arg)));
  };
  let directory: string;
  let root: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "landlord-image-"));
    // no `npm run` around it: nothing of this checkout's own tools may be found
    const { PATH: path = "", HOME, npm_config_cache: cache } = process.env;
    const outside = path.split(":").filter((part) => !part.includes("node_modules"));
    const env = {
      PATH: [dirname(process.execPath), ...outside].join(":"),
      HOME,
      ...(cache && { npm_config_cache: cache }),
    };
    const isSent = createIgnore(readFileSync(".dockerignore", "utf8"));
    root = build({ stages, context: process.cwd(), isSent, directory, env });
  });
  after(() => rm(directory, { recursive: true, force: true }));

  it("says its version", () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    const said = execFileSync(process.execPath, [...entry(), "--version"], { cwd: home(), encoding: "utf8", env: {} });
    assert.equal(said.trim(), version);
  });

  it("holds no TypeScript, no dependency of development, and no node of its own", () => {
    const lock = JSON.parse(readFileSync("package-lock.json", "utf8")) as {
      packages: Record<string, { dev?: boolean; optional?: boolean; devOptional?: boolean }>;
    };
    const unwanted = Object.entries(lock.packages)
      .filter(([path, { dev, optional, devOptional }]) => path !== "" && (dev || optional || devOptional))
      .map(([path]) => path);
    assert.ok(unwanted.length > 10);
    for (const path of unwanted) assert.ok(!existsSync(join(home(), path)), path);
    assert.deepEqual(globSync("{src,test,sandbox,dist/**/*.ts}", { cwd: home() }), []);
    console.log(`the image without its base: ${(sizeOf(root) / MIB).toFixed(1)} MiB`);
    assert.ok(sizeOf(root) < 150 * MIB);
  });

  it("serves: ready in a cluster, by the manifests' rights", async () => {
    const landlord = await startLandlord(world.sandbox, { program: entry() });
    assert.equal((await landlord.get("/readyz")).status, 200);
    await landlord.stop();
    assert.deepEqual(
      (await landlord.log()).filter(({ level }) => level === "error"),
      [],
    );
  });
});

function sizeOf(path: string): number {
  const files = globSync("**/*", { cwd: path, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((sum, file) => sum + lstatSync(join(file.parentPath, file.name)).size, 0);
}
