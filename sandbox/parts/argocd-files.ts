// Where Argo CD's parts come from: a directory that the environment names, the cache, or its Go module. Running them is in argocd.ts.
import { chmod, copyFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheDirectory, cached, cacheKey } from "../cache.ts";
import type { CrdSet } from "../crds.ts";
import { downloadModule, type GoModule, readModule, requiredVersion } from "../go-module.ts";
import { builtPrograms, type GoPrograms } from "../go-programs.ts";
import type { Means } from "../part.ts";
import { readyMade } from "../ready-made.ts";

export const CONTROLLER = "argocd-applicationset-controller";
const SOURCE = "github.com/argoproj/argo-cd/v3";
const READY_MADE = "LANDLORD_ARGOCD_ASSETS";
const ROLE = `${CONTROLLER}-role.yaml`;
const CRDS = ["application", "applicationset", "appproject"].map((kind) => `${kind}-crd.yaml`);
const PROGRAMS: GoPrograms = {
  folder: "argocd",
  module: "argocd",
  source: SOURCE,
  name: "Argo CD",
  what: (version) => `the ApplicationSet controller of Argo CD ${version}`,
  takes: "4 to 7 minutes on two cores, about 3 GB of disk",
  readyMade: { variable: READY_MADE, files: [CONTROLLER, ROLE, ...CRDS] },
  files: [CONTROLLER, ROLE],
  finish: (staging, given) => copyOut(staging, join("base", "applicationset-controller"), [ROLE], given),
};

export interface ArgocdFiles {
  /** The ApplicationSet controller alone. */
  controller: string;
  /** The Role that Argo CD gives it. */
  role: string;
}

/** Application, ApplicationSet and AppProject; they can be had without the controller. */
export const ARGOCD_CRDS: CrdSet = {
  name: "argocd",

  async find(means) {
    const directory =
      (await readyMade(means.env, { variable: READY_MADE, files: CRDS })) ?? (await crdsOfModule(means));
    return CRDS.map((file) => ({
      name: file.replace("-crd.yaml", "s.argoproj.io"),
      path: join(directory, file),
    }));
  },
};

export async function findArgocd(means: Means): Promise<ArgocdFiles> {
  const wanted = { variable: READY_MADE, files: [ROLE], programs: [CONTROLLER] };
  const directory = (await readyMade(means.env, wanted)) ?? (await builtPrograms(PROGRAMS, means));
  return { controller: join(directory, CONTROLLER), role: join(directory, ROLE) };
}

async function crdsOfModule(means: Means): Promise<string> {
  const module = await readModule("argocd");
  const version = requiredVersion(module, SOURCE);
  return cached({
    directory: join(cacheDirectory(means.env), "argocd-crds"),
    key: cacheKey([version, ...CRDS]),
    files: CRDS,
    signal: means.signal,
    async make(staging) {
      means.log(`fetching the CRDs of Argo CD ${version}, once: an archive of 56 MB`);
      await copyOut(staging, "crds", CRDS, { module, means });
    },
  });
}

/** Files of the module are read-only; copies in the cache need not be. */
async function copyOut(
  staging: string,
  folder: string,
  files: readonly string[],
  { module, means }: { module: GoModule; means: Means },
): Promise<void> {
  const directory = await downloadModule(module, SOURCE, "the manifests of Argo CD", means);
  for (const file of files) {
    await copyFile(join(directory, "manifests", folder, file), join(staging, file));
    await chmod(join(staging, file), 0o644);
  }
}
