// Where the control plane's programs come from: a directory that the environment names, the cache, or one build with Go.
import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { readFile, rename } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { cacheDirectory, cached, cacheKey, missingFiles } from "./cache.ts";
import { goBuild } from "./go-build.ts";
import { MissingTool } from "./missing-tool.ts";
import type { Means } from "./part.ts";

export const KUBE_PROGRAMS = ["etcd", "kube-apiserver", "kube-controller-manager", "kubectl"] as const;
/** Absolute paths. */
export type KubePrograms = Record<(typeof KUBE_PROGRAMS)[number], string>;

const MODULE = join(import.meta.dirname, "go", "kube");
const READY_MADE = ["LANDLORD_KUBE_ASSETS", "KUBEBUILDER_ASSETS"] as const;
const INSTEAD = `or set ${READY_MADE[0]} to a directory with ready-made ${KUBE_PROGRAMS.join(", ")}`;
const BUILD_ENV = { CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "" };

/** Finds the four programs, or builds them once; throws MissingTool if there is nothing to build them with. */
export async function findKube(means: Means): Promise<KubePrograms> {
  const directory = (await readyMade(means.env)) ?? (await built(means));
  const at = (program: (typeof KUBE_PROGRAMS)[number]): string => join(directory, program);
  return {
    etcd: at("etcd"),
    "kube-apiserver": at("kube-apiserver"),
    "kube-controller-manager": at("kube-controller-manager"),
    kubectl: at("kubectl"),
  };
}

async function readyMade(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const variable = READY_MADE.find((name) => env[name]);
  if (variable === undefined) return undefined;
  const directory = resolve(env[variable] ?? "");
  const missing = await missingFiles(directory, KUBE_PROGRAMS, constants.X_OK);
  if (missing.length === 0) return directory;
  throw new MissingTool(
    `${variable} names ${directory}, which has no executable ${missing.join(", ")}: add what is missing, or unset the variable to have it built`,
  );
}

async function built(means: Means): Promise<string> {
  const goMod = await readFile(join(MODULE, "go.mod"), "utf8");
  const goSum = await readFile(join(MODULE, "go.sum"));
  const go = await goEnvironment(means.env, /^go (.+)$/m.exec(goMod)?.[1] ?? "");
  const version = /^\tk8s\.io\/kubernetes (\S+)/m.exec(goMod)?.[1] ?? "";
  const flags = buildFlags(version);
  return cached({
    directory: join(cacheDirectory(means.env), "kube"),
    key: cacheKey([goMod, goSum, go, flags.join(" ")]),
    files: KUBE_PROGRAMS,
    signal: means.signal,
    onWait: (pid) => means.log(`waiting for process ${pid}, which is building Kubernetes ${version}`),
    make: (staging) => build({ staging, version, flags, means }),
  });
}

async function build(job: { staging: string; version: string; flags: string[]; means: Means }): Promise<void> {
  const { staging, version, flags, means } = job;
  means.log(
    `building Kubernetes ${version} and etcd from source, once: 6 to 10 minutes on two cores, about 4 GB of disk ` +
      `(to skip it, set ${READY_MADE[0]} to a directory with ${KUBE_PROGRAMS.join(", ")})`,
  );
  await goBuild({ what: `Kubernetes ${version}`, module: MODULE, flags, env: BUILD_ENV, output: staging }, means);
  await rename(join(staging, "server"), join(staging, "etcd")); // go names a program after the last part of its path
}

/** Without debug information and grpc's tracing the build takes an eighth less, and nothing is lost at run time. */
export function buildFlags(version: string): string[] {
  const [major = "", minor = ""] = version.replace(/^v/, "").split(".");
  const stamps = {
    gitVersion: version,
    gitMajor: major,
    gitMinor: minor,
    gitTreeState: "clean",
    gitCommit: "landlord-sandbox",
  };
  const stamped = Object.entries(stamps).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`);
  return [
    "-mod=readonly",
    "-buildvcs=false",
    "-trimpath",
    "-tags=grpcnotrace",
    "-gcflags=all=-dwarf=false",
    `-ldflags=-s -w ${stamped.join(" ")}`,
  ];
}

/** What `go env` says of the compiler that would build the module; an older Go fetches the right one when asked, if it may. */
async function goEnvironment(env: NodeJS.ProcessEnv, needed: string): Promise<string> {
  const args = ["env", "GOVERSION", "GOOS", "GOARCH", "GOAMD64", "GOARM64"];
  const answer = await promisify(execFile)("go", args, { cwd: MODULE, env: { ...env, ...BUILD_ENV } }).catch(
    (error: Error & { code?: unknown; stderr?: string }) => {
      if (error.code === "ENOENT")
        throw new MissingTool(`Go is not installed: install Go ${needed} or newer, ${INSTEAD}`);
      const reason = (error.stderr ?? error.message).trim().split("\n")[0];
      throw new MissingTool(`Go cannot build Kubernetes (${reason}): install Go ${needed} or newer, ${INSTEAD}`, {
        cause: error,
      });
    },
  );
  const version = answer.stdout.split("\n")[0] ?? "";
  if (isOlder(version, needed))
    throw new MissingTool(`${version} is too old: install Go ${needed} or newer, ${INSTEAD}`);
  return answer.stdout;
}

/** Compares `go1.19.8` with `1.26.0`. A Go before 1.21 knows nothing of fetching a newer one, and says so by its age only. */
export function isOlder(version: string, needed: string): boolean {
  const [have, want] = [numbers(version), numbers(needed)];
  for (const [at, least] of want.entries()) {
    if ((have[at] ?? 0) !== least) return (have[at] ?? 0) < least;
  }
  return false;
}

const numbers = (text: string): number[] => [...text.matchAll(/\d+/g)].map(Number);
