// Where the control plane's programs come from: a directory that the environment names, the cache, or one build with Go.
import { constants } from "node:fs";
import { rename } from "node:fs/promises";
import { join, resolve } from "node:path";
import { cacheDirectory, cached, cacheKey, missingFiles } from "./cache.ts";
import { goBuild } from "./go-build.ts";
import { BUILD_ENV, BUILD_FLAGS, type GoModule, goEnvironment, readModule, requiredVersion } from "./go-module.ts";
import { MissingTool } from "./missing-tool.ts";
import type { Means } from "./part.ts";

export const KUBE_PROGRAMS = ["etcd", "kube-apiserver", "kube-controller-manager", "kubectl"] as const;
/** Absolute paths. */
export type KubePrograms = Record<(typeof KUBE_PROGRAMS)[number], string>;

const READY_MADE = ["LANDLORD_KUBE_ASSETS", "KUBEBUILDER_ASSETS"] as const;
const INSTEAD = `or set ${READY_MADE[0]} to a directory with ready-made ${KUBE_PROGRAMS.join(", ")}`;

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
  const module = await readModule("kube");
  const go = await goEnvironment(module, { env: means.env, what: "Kubernetes", instead: INSTEAD });
  const version = requiredVersion(module, "k8s.io/kubernetes");
  const flags = buildFlags(version);
  return cached({
    directory: join(cacheDirectory(means.env), "kube"),
    key: cacheKey([module.goMod, module.goSum, go, flags.join(" ")]),
    files: KUBE_PROGRAMS,
    signal: means.signal,
    onWait: (pid) => means.log(`waiting for process ${pid}, which is building Kubernetes ${version}`),
    make: (staging) => build({ staging, module, version, flags, means }),
  });
}

async function build(job: {
  staging: string;
  module: GoModule;
  version: string;
  flags: string[];
  means: Means;
}): Promise<void> {
  const { staging, module, version, flags, means } = job;
  means.log(
    `building Kubernetes ${version} and etcd from source, once: 6 to 10 minutes on two cores, about 4 GB of disk ` +
      `(to skip it, set ${READY_MADE[0]} to a directory with ${KUBE_PROGRAMS.join(", ")})`,
  );
  const wanted = { what: `Kubernetes ${version}`, module: module.directory, flags, env: BUILD_ENV, output: staging };
  await goBuild(wanted, means);
  await rename(join(staging, "server"), join(staging, "etcd")); // go names a program after the last part of its path
}

/** The version is stamped in, so that the apiserver tells it. */
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
  return [...BUILD_FLAGS, `-ldflags=-s -w ${stamped.join(" ")}`];
}
