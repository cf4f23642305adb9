// The jars of Cassandra: a directory that the environment names, the cache, or one fetch with Maven.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { cacheDirectory, cached, cacheKey } from "../cache.ts";
import { errorCode } from "../error-code.ts";
import { MissingTool } from "../missing-tool.ts";
import type { Means } from "../part.ts";

const MODULE = join(import.meta.dirname, "..", "maven", "cassandra");
const READY_MADE = "LANDLORD_CASSANDRA_LIB";
const PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy-dependencies";
const KEPT_LINES = 20;

/** Absolute paths in the order of the class path; throws MissingTool if they are not there and cannot be had. */
export async function findJars(means: Means): Promise<string[]> {
  return (await readyMade(means.env)) ?? (await fetched(means));
}

async function readyMade(env: NodeJS.ProcessEnv): Promise<string[] | undefined> {
  const named = env[READY_MADE];
  if (!named) return undefined;
  const directory = resolve(named);
  const jars = (await readdir(directory).catch(() => [])).filter((name) => name.endsWith(".jar"));
  if (jars.some((name) => name.startsWith("cassandra-all-")))
    return jars.toSorted().map((name) => join(directory, name));
  throw new MissingTool(
    `${READY_MADE} names ${directory}, which has no cassandra-all jar: add the jars of Cassandra 5.0, or unset the variable to have them fetched`,
  );
}

async function fetched(means: Means): Promise<string[]> {
  const pom = await readFile(join(MODULE, "pom.xml"));
  const sums = await readFile(join(MODULE, "jars.sha256"), "utf8");
  const wanted = readSums(sums);
  const directory = await cached({
    directory: join(cacheDirectory(means.env), "cassandra"),
    key: cacheKey([pom, sums]),
    files: [...wanted.keys()],
    signal: means.signal,
    onWait: (pid) => means.log(`waiting for process ${pid}, which is fetching Cassandra`),
    async make(staging) {
      means.log("fetching Cassandra from Maven Central, once: 67 MB, half a minute");
      await copyDependencies(staging, means);
      await verify(staging, wanted);
    },
  });
  return [...wanted.keys()].map((name) => join(directory, name));
}

/** Name to SHA-256, by name, out of lines as sha256sum writes them. */
export function readSums(sums: string): Map<string, string> {
  const lines = sums.split("\n").filter((line) => line !== "");
  const pairs = lines.map((line): [string, string] => [line.slice(66), line.slice(0, 64)]);
  return new Map(pairs.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

async function copyDependencies(output: string, { env, signal }: Means): Promise<void> {
  const args = ["-B", "-ntp", "-C", "-f", join(MODULE, "pom.xml"), PLUGIN, `-DoutputDirectory=${output}`];
  const child = spawn("mvn", [...args, "-DincludeScope=runtime"], {
    env,
    signal,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((resolve_, reject) => {
    child.once("close", resolve_);
    child.once("error", (error) => {
      if (child.pid === undefined) reject(error);
    });
  });
  const [code, ...told] = await Promise.all([ended, text(child.stdout), text(child.stderr)]).catch((error: unknown) => {
    if (errorCode(error) !== "ENOENT") throw error;
    throw new MissingTool(
      `Maven is not installed: install Maven to fetch Cassandra, or set ${READY_MADE} to a directory with its jars`,
    );
  });
  signal.throwIfAborted();
  const end = told.join("").trimEnd().split("\n").slice(-KEPT_LINES).join("\n");
  if (code !== 0) throw new Error(`fetch Cassandra: mvn exited with ${code}:\n${end}`);
}

/** Maven asks the repository itself for checksums; these are from here. */
async function verify(directory: string, wanted: ReadonlyMap<string, string>): Promise<void> {
  const wrong: string[] = [];
  for (const name of await readdir(directory)) {
    const sum = createHash("sha256")
      .update(await readFile(join(directory, name)))
      .digest("hex");
    if (wanted.get(name) !== sum) wrong.push(name);
  }
  if (wrong.length > 0) throw new Error(`fetch Cassandra: ${wrong.join(", ")} is not what jars.sha256 says`);
}
