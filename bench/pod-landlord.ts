// Landlord as it runs in a Pod: compiled as for the image, its cluster found by the files of a ServiceAccount; and a look at its main thread.
import { execFile } from "node:child_process";
import { copyFile, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type RunningLandlord, startLandlord } from "../sandbox/landlord.ts";
import { serviceAccountToken } from "../sandbox/objects.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { podFlags } from "./pod-flags.ts";
import type { Stall } from "./stall-probe.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** Compiled as well: as TypeScript it would bring in a compiler that weighs as much as a tenth of the service. */
const PROBE = "bench/stall-probe.ts";

export interface PodLandlord extends RunningLandlord {
  /** All that were noted so far, but for the last fraction of a second. */
  stalls(): Promise<Stall[]>;
}

/** What node runs: the probe and the command line, compiled, in a directory that looks like the image's. */
export async function compiled(directory: string): Promise<string[]> {
  const image = join(directory, "image");
  const built = join(image, "dist");
  await mkdir(image);
  await copyFile(join(ROOT, "package.json"), join(image, "package.json"));
  await symlink(join(ROOT, "node_modules"), join(image, "node_modules"));
  const config = {
    extends: join(ROOT, "tsconfig.build.json"),
    compilerOptions: { rootDir: ROOT, outDir: built, typeRoots: [join(ROOT, "node_modules", "@types")] },
    include: ["src", "webhooks", "certs", PROBE].map((path) => join(ROOT, path)),
  };
  await writeFile(join(image, "tsconfig.json"), JSON.stringify(config));
  const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  await promisify(execFile)(process.execPath, [tsc, "-p", image]);
  return [...podFlags(), "--import", join(built, PROBE.replace(".ts", ".js")), join(built, "src", "cli.js")];
}

/** Resolves when it answers /livez. */
export async function startPodLandlord(
  sandbox: Sandbox,
  { program, name }: { program: readonly string[]; name: string },
): Promise<PodLandlord> {
  const files = join(sandbox.directory, `${name}-pod`);
  const stalls = join(sandbox.directory, `${name}-stalls`);
  await mkdir(files, { mode: 0o700 });
  await writeFile(stalls, "");
  const { hostname, port } = new URL(sandbox.server);
  const landlord = await startLandlord(sandbox, {
    name,
    program,
    waitForReady: false,
    settings: {
      KUBECONFIG: "",
      KUBERNETES_SERVICE_HOST: hostname,
      KUBERNETES_SERVICE_PORT: port,
      LANDLORD_TOKEN_MODE: "bound",
      BENCH_POD_FILES: files,
      BENCH_STALLS: stalls,
    },
    async beforeStart() {
      const token = await serviceAccountToken(sandbox.api, { namespace: "landlord", name: "landlord" });
      const given = { token, namespace: "landlord", "ca.crt": sandbox.ca };
      for (const [file, content] of Object.entries(given)) await writeFile(join(files, file), content, { mode: 0o600 });
    },
  });
  return {
    ...landlord,
    async stalls() {
      const written = await readFile(stalls, "utf8");
      return written
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as Stall);
    },
  };
}
