// Where cert-manager's parts come from: a directory that the environment names, the cache, or its Go module. Running them is in cert-manager.ts.
import { chmod, copyFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheDirectory, cached, cacheKey } from "../cache.ts";
import type { CrdSet } from "../crds.ts";
import { downloadModule, readModule, requiredVersion } from "../go-module.ts";
import { builtPrograms, type GoPrograms } from "../go-programs.ts";
import type { Means } from "../part.ts";
import { readyMade } from "../ready-made.ts";

export const CONTROLLER = "cert-manager-controller";
export const CAINJECTOR = "cert-manager-cainjector";
const SOURCE = "github.com/cert-manager/cert-manager";
const CRDS = [
  "cert-manager.io_certificaterequests.yaml",
  "cert-manager.io_certificates.yaml",
  "cert-manager.io_clusterissuers.yaml",
  "cert-manager.io_issuers.yaml",
  "acme.cert-manager.io_challenges.yaml",
  "acme.cert-manager.io_orders.yaml",
];
const READY_MADE = "LANDLORD_CERT_MANAGER_ASSETS";
const PROGRAMS: GoPrograms = {
  folder: "cert-manager",
  module: "cert-manager",
  source: SOURCE,
  name: "cert-manager",
  what: (version) => `cert-manager ${version}`,
  takes: "2 to 3 minutes on two cores, about 1 GB of disk",
  readyMade: { variable: READY_MADE, files: [CONTROLLER, CAINJECTOR, ...CRDS] },
  sources: [join(CONTROLLER, "main.go"), join(CAINJECTOR, "main.go")],
  files: [CONTROLLER, CAINJECTOR],
};

export interface CertManagerFiles {
  /** The controllers that issue for self-signed issuers and for CAs. */
  controller: string;
  cainjector: string;
}

/** Certificates, their issuers and requests; they can be had without the controllers. */
export const CERT_MANAGER_CRDS: CrdSet = {
  name: "cert-manager",

  async find(means) {
    const directory =
      (await readyMade(means.env, { variable: READY_MADE, files: CRDS })) ?? (await crdsOfModule(means));
    return CRDS.map((file) => ({ name: crdName(file), path: join(directory, file) }));
  },
};

export async function findCertManager(means: Means): Promise<CertManagerFiles> {
  const wanted = { variable: READY_MADE, programs: [CONTROLLER, CAINJECTOR] };
  const directory = (await readyMade(means.env, wanted)) ?? (await builtPrograms(PROGRAMS, means));
  return { controller: join(directory, CONTROLLER), cainjector: join(directory, CAINJECTOR) };
}

/** `cert-manager.io_issuers.yaml` holds the CRD `issuers.cert-manager.io`. */
function crdName(file: string): string {
  const [group, plural] = file.replace(/\.yaml$/, "").split("_");
  return `${plural}.${group}`;
}

async function crdsOfModule(means: Means): Promise<string> {
  const module = await readModule("cert-manager");
  const version = requiredVersion(module, SOURCE);
  return cached({
    directory: join(cacheDirectory(means.env), "cert-manager-crds"),
    key: cacheKey([version, ...CRDS]),
    files: CRDS,
    signal: means.signal,
    async make(staging) {
      means.log(`fetching the CRDs of cert-manager ${version}, once: an archive of 4 MB`);
      const directory = await downloadModule(module, SOURCE, "the CRDs of cert-manager", means);
      for (const file of CRDS) {
        await copyFile(join(directory, "deploy", "crds", file), join(staging, file));
        await chmod(join(staging, file), 0o644); // files of the module are read-only
      }
    },
  });
}
