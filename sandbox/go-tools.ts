// Where the control plane's programs come from: a directory that the environment names, the cache, or one build with Go.
import { constants } from "node:fs";
import { rename } from "node:fs/promises";
import { join, resolve } from "node:path";
import { missingFiles } from "./cache.ts";
import { BUILD_FLAGS } from "./go-module.ts";
import { builtPrograms, type GoPrograms } from "./go-programs.ts";
import { MissingTool } from "./missing-tool.ts";
import type { Means } from "./part.ts";

export const KUBE_PROGRAMS = ["etcd", "kube-apiserver", "kube-controller-manager", "kubectl"] as const;
/** Absolute paths. */
export type KubePrograms = Record<(typeof KUBE_PROGRAMS)[number], string>;

const READY_MADE = ["LANDLORD_KUBE_ASSETS", "KUBEBUILDER_ASSETS"] as const;
const PROGRAMS: GoPrograms = {
  folder: "kube",
  module: "kube",
  source: "k8s.io/kubernetes",
  name: "Kubernetes",
  what: (version) => `Kubernetes ${version} and etcd`,
  takes: "6 to 10 minutes on two cores, about 4 GB of disk",
  readyMade: { variable: READY_MADE[0], files: KUBE_PROGRAMS },
  files: KUBE_PROGRAMS,
  flags: buildFlags,
  // go names a program after the last part of its path
  finish: (staging) => rename(join(staging, "server"), join(staging, "etcd")),
};

/** Finds the four programs, or builds them once; throws MissingTool if there is nothing to build them with. */
export async function findKube(means: Means): Promise<KubePrograms> {
  const directory = (await readyMade(means.env)) ?? (await builtPrograms(PROGRAMS, means));
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
