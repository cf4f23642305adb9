// The programs of a tools module, built once into the cache. What is to be built, and what may stand in for it, its part says.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheDirectory, cached, cacheKey } from "./cache.ts";
import { goBuild } from "./go-build.ts";
import {
  BUILD_ENV,
  BUILD_FLAGS,
  type GoModule,
  goEnvironment,
  type ModuleName,
  readModule,
  requiredVersion,
} from "./go-module.ts";
import type { Means } from "./part.ts";

export interface GoPrograms {
  /** Folder of the cache. */
  folder: string;
  /** Of go.mod, and which of the modules that it requires has the programs. */
  module: ModuleName;
  source: string;
  /** For people: whose programs they are, and what exactly is built. */
  name: string;
  what: (version: string) => string;
  /** What it costs. */
  takes: string;
  /** A directory that this variable names does in place of a build, if it has all of these. */
  readyMade: { variable: string; files: readonly string[] };
  /** Code of our own in the module: what of it makes another build. */
  sources?: readonly string[];
  /** What a complete entry of the cache holds. */
  files: readonly string[];
  flags?: (version: string) => readonly string[];
  /** Brings in what is not built, or gives a program its name. */
  finish?: (staging: string, given: { module: GoModule; means: Means }) => Promise<void>;
}

const plainFlags = (): readonly string[] => [...BUILD_FLAGS, "-ldflags=-s -w"];

/** The directory that they are in; throws MissingTool if there is nothing to build them with. */
export async function builtPrograms(wanted: GoPrograms, means: Means): Promise<string> {
  const { name, files, flags: flagsOf = plainFlags, sources = [], finish } = wanted;
  const module = await readModule(wanted.module);
  const { variable, files: readyMade } = wanted.readyMade;
  const instead = `or set ${variable} to a directory with ready-made ${readyMade.join(", ")}`;
  const go = await goEnvironment(module, { env: means.env, what: name, instead });
  const version = requiredVersion(module, wanted.source);
  const code = await Promise.all(sources.map((source) => readFile(join(module.directory, source))));
  const [what, flags] = [wanted.what(version), flagsOf(version)];
  return cached({
    directory: join(cacheDirectory(means.env), wanted.folder),
    key: cacheKey([module.goMod, module.goSum, go, flags.join(" "), ...code]),
    files,
    signal: means.signal,
    onWait: (pid) => means.log(`waiting for process ${pid}, which is building ${what}`),
    async make(staging) {
      means.log(
        `building ${what} from source, once: ${wanted.takes} ` +
          `(to skip it, set ${variable} to a directory with ${readyMade.join(", ")})`,
      );
      await goBuild({ what, module: module.directory, flags, env: BUILD_ENV, output: staging }, means);
      await finish?.(staging, { module, means });
    },
  });
}
