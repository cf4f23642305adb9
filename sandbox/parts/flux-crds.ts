// The kinds of Flux that tenants write and Landlord judges. The CRD files come out of the controllers' Go modules.
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheDirectory, cached, cacheKey } from "../cache.ts";
import type { CrdSet } from "../crds.ts";
import { downloadModule, type GoModule, readModule } from "../go-module.ts";
import type { Means } from "../part.ts";

const KINDS: Record<string, readonly string[]> = {
  "github.com/fluxcd/kustomize-controller": ["kustomize.toolkit.fluxcd.io_kustomizations.yaml"],
  "github.com/fluxcd/source-controller": [
    "source.toolkit.fluxcd.io_gitrepositories.yaml",
    "source.toolkit.fluxcd.io_ocirepositories.yaml",
    "source.toolkit.fluxcd.io_buckets.yaml",
  ],
};
const FILES = Object.values(KINDS).flat();

export const FLUX_CRDS: CrdSet = {
  name: "flux",

  async find(means) {
    const module = await readModule("flux");
    const directory = await cached({
      directory: join(cacheDirectory(means.env), "flux-crds"),
      key: cacheKey([module.goMod, module.goSum, FILES.join(" ")]),
      files: FILES,
      signal: means.signal,
      make: (staging) => fetchFiles(staging, module, means),
    });
    return FILES.map((file) => ({ name: crdName(file), path: join(directory, file) }));
  },
};

/** `source.toolkit.fluxcd.io_buckets.yaml` holds the CRD `buckets.source.toolkit.fluxcd.io`. */
function crdName(file: string): string {
  const [group, plural] = file.replace(/\.yaml$/, "").split("_");
  return `${plural}.${group}`;
}

async function fetchFiles(staging: string, own: GoModule, means: Means): Promise<void> {
  means.log("fetching the CRDs of Flux, once: two archives of less than 1 MB");
  for (const [module, files] of Object.entries(KINDS)) {
    const directory = await downloadModule(own, module, "the CRDs of Flux", means);
    for (const file of files) await copyFile(join(directory, "config", "crd", "bases", file), join(staging, file));
  }
}
