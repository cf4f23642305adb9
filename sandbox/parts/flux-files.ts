// Where Flux's parts come from: a directory that the environment names, the cache, or their Go modules. Running them is in flux.ts.
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheDirectory, cached, cacheKey } from "../cache.ts";
import type { CrdSet } from "../crds.ts";
import { downloadModule, type GoModule, readModule } from "../go-module.ts";
import { builtPrograms, type GoPrograms } from "../go-programs.ts";
import type { Means } from "../part.ts";
import { readyMade } from "../ready-made.ts";

export const CONTROLLER = "kustomize-controller";
const SOURCE = "github.com/fluxcd/kustomize-controller";
/** The kinds that tenants write and Landlord judges, by the module that has their CRDs. */
const KINDS: Record<string, readonly string[]> = {
  [SOURCE]: ["kustomize.toolkit.fluxcd.io_kustomizations.yaml"],
  "github.com/fluxcd/source-controller": [
    "source.toolkit.fluxcd.io_gitrepositories.yaml",
    "source.toolkit.fluxcd.io_ocirepositories.yaml",
    "source.toolkit.fluxcd.io_buckets.yaml",
    "source.toolkit.fluxcd.io_helmrepositories.yaml",
    "source.toolkit.fluxcd.io_helmcharts.yaml",
    "source.toolkit.fluxcd.io_externalartifacts.yaml",
  ],
  "github.com/fluxcd/helm-controller": ["helm.toolkit.fluxcd.io_helmreleases.yaml"],
  "github.com/fluxcd/notification-controller": [
    "notification.toolkit.fluxcd.io_alerts.yaml",
    "notification.toolkit.fluxcd.io_providers.yaml",
    "notification.toolkit.fluxcd.io_receivers.yaml",
  ],
  "github.com/fluxcd/image-reflector-controller": [
    "image.toolkit.fluxcd.io_imagerepositories.yaml",
    "image.toolkit.fluxcd.io_imagepolicies.yaml",
  ],
  "github.com/fluxcd/image-automation-controller": ["image.toolkit.fluxcd.io_imageupdateautomations.yaml"],
  "github.com/controlplaneio-fluxcd/flux-operator": [
    "fluxcd.controlplane.io_resourcesets.yaml",
    "fluxcd.controlplane.io_resourcesetinputproviders.yaml",
  ],
};
const CRDS = Object.values(KINDS).flat();
const READY_MADE = "LANDLORD_FLUX_ASSETS";
const PROGRAMS: GoPrograms = {
  folder: "flux",
  module: "kustomize-controller",
  source: SOURCE,
  name: "Flux",
  what: (version) => `Flux's ${CONTROLLER} ${version}`,
  takes: "3 to 5 minutes on two cores, about 3 GB of disk",
  readyMade: { variable: READY_MADE, files: [CONTROLLER, ...CRDS] },
  files: [CONTROLLER],
};

export interface FluxFiles {
  /** kustomize-controller: the only one of Flux's that writes what tenants want into the cluster. */
  controller: string;
}

/** What tenants may write for Flux and its operator; the CRDs can be had without the controller. */
export const FLUX_CRDS: CrdSet = {
  name: "flux",

  async find(means) {
    const directory =
      (await readyMade(means.env, { variable: READY_MADE, files: CRDS })) ?? (await crdsOfModules(means));
    return CRDS.map((file) => ({ name: crdName(file), path: join(directory, file) }));
  },
};

export async function findFlux(means: Means): Promise<FluxFiles> {
  const wanted = { variable: READY_MADE, programs: [CONTROLLER] };
  const directory = (await readyMade(means.env, wanted)) ?? (await builtPrograms(PROGRAMS, means));
  return { controller: join(directory, CONTROLLER) };
}

/** `source.toolkit.fluxcd.io_buckets.yaml` holds the CRD `buckets.source.toolkit.fluxcd.io`. */
function crdName(file: string): string {
  const [group, plural] = file.replace(/\.yaml$/, "").split("_");
  return `${plural}.${group}`;
}

async function crdsOfModules(means: Means): Promise<string> {
  const module = await readModule("flux");
  return cached({
    directory: join(cacheDirectory(means.env), "flux-crds"),
    key: cacheKey([module.goMod, module.goSum, CRDS.join(" ")]),
    files: CRDS,
    signal: means.signal,
    make: (staging) => fetchCrds(staging, module, means),
  });
}

async function fetchCrds(staging: string, own: GoModule, means: Means): Promise<void> {
  means.log("fetching the CRDs of Flux, once: seven archives of a few MB");
  for (const [module, files] of Object.entries(KINDS)) {
    const directory = await downloadModule(own, module, "the CRDs of Flux", means);
    for (const file of files) await copyFile(join(directory, "config", "crd", "bases", file), join(staging, file));
  }
}
