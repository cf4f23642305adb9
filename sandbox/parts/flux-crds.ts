// The kinds of Flux that tenants write and Landlord judges. The CRD files come out of the controllers' Go modules.
import { execFile } from "node:child_process";
import { copyFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { cacheDirectory, cached, cacheKey } from "../cache.ts";
import type { CrdSet } from "../crds.ts";
import { MissingTool } from "../missing-tool.ts";
import type { Means } from "../part.ts";

const MODULE = join(import.meta.dirname, "..", "go", "flux");
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
    const goMod = await readFile(join(MODULE, "go.mod"), "utf8");
    const goSum = await readFile(join(MODULE, "go.sum"));
    const directory = await cached({
      directory: join(cacheDirectory(means.env), "flux-crds"),
      key: cacheKey([goMod, goSum, FILES.join(" ")]),
      files: FILES,
      signal: means.signal,
      make: (staging) => fetchFiles({ staging, goMod, means }),
    });
    return FILES.map((file) => ({ name: crdName(file), path: join(directory, file) }));
  },
};

/** `source.toolkit.fluxcd.io_buckets.yaml` holds the CRD `buckets.source.toolkit.fluxcd.io`. */
function crdName(file: string): string {
  const [group, plural] = file.replace(/\.yaml$/, "").split("_");
  return `${plural}.${group}`;
}

async function fetchFiles({ staging, goMod, means }: { staging: string; goMod: string; means: Means }): Promise<void> {
  means.log("fetching the CRDs of Flux, once: two archives of less than 1 MB");
  for (const [module, files] of Object.entries(KINDS)) {
    const version = new RegExp(`^\\t${module} (\\S+)`, "m").exec(goMod)?.[1] ?? "";
    const directory = await download(`${module}@${version}`, means);
    for (const file of files) await copyFile(join(directory, "config", "crd", "bases", file), join(staging, file));
  }
}

/** Where the module's files lie; go.sum says what they must be. */
async function download(module: string, { env, signal }: Means): Promise<string> {
  const options = { cwd: MODULE, env: { ...env, GOWORK: "off", GOFLAGS: "-mod=readonly" }, signal };
  const answer = await promisify(execFile)("go", ["mod", "download", "-json", module], options).catch(
    (error: Error & { code?: unknown; stderr?: string; stdout?: string }) => {
      if (error.code === "ENOENT")
        throw new MissingTool("Go is not installed: install Go 1.21 or newer to fetch the CRDs of Flux");
      throw new Error(`download ${module}: ${error.stderr || error.stdout || error.message}`, { cause: error });
    },
  );
  const told: { Dir: string } = JSON.parse(answer.stdout);
  return told.Dir;
}
