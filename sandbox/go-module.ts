// A tools module below sandbox/go: its go.mod and go.sum name what the sandbox takes from others, and what that must be.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { MissingTool } from "./missing-tool.ts";
import type { Means } from "./part.ts";

export interface GoModule {
  directory: string;
  goMod: string;
  goSum: Buffer;
}

/** What Go is to see whatever the user's own settings are. */
export const BUILD_ENV = { CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "" };

/** Without debug information and grpc's tracing the build takes an eighth less, and nothing is lost at run time. */
export const BUILD_FLAGS = [
  "-mod=readonly",
  "-buildvcs=false",
  "-trimpath",
  "-tags=grpcnotrace",
  "-gcflags=all=-dwarf=false",
];

/** The folders below sandbox/go. */
export type ModuleName = "argocd" | "cert-manager" | "flux" | "kube" | "kustomize-controller";

export async function readModule(name: ModuleName): Promise<GoModule> {
  const directory = join(import.meta.dirname, "go", name);
  const goMod = await readFile(join(directory, "go.mod"), "utf8");
  return { directory, goMod, goSum: await readFile(join(directory, "go.sum")) };
}

/** The version of a module that go.mod requires. */
export function requiredVersion({ goMod }: GoModule, module: string): string {
  return new RegExp(`^(?:\\t|require )${module} (\\S+)`, "m").exec(goMod)?.[1] ?? "";
}

/**
 * What `go env` says of the compiler that would build the module; an older Go fetches the right one when asked, if it may.
 * `what` and `instead` are for the sentence of MissingTool: what cannot be built, and what would do in place of Go.
 */
export async function goEnvironment(
  { directory, goMod }: GoModule,
  { env, what, instead }: { env: NodeJS.ProcessEnv; what: string; instead: string },
): Promise<string> {
  const needed = /^go (.+)$/m.exec(goMod)?.[1] ?? "";
  const install = `install Go ${needed} or newer, ${instead}`;
  const args = ["env", "GOVERSION", "GOOS", "GOARCH", "GOAMD64", "GOARM64"];
  const answer = await promisify(execFile)("go", args, { cwd: directory, env: { ...env, ...BUILD_ENV } }).catch(
    (error: Error & { code?: unknown; stderr?: string }) => {
      if (error.code === "ENOENT") throw new MissingTool(`Go is not installed: ${install}`);
      const reason = (error.stderr ?? error.message).trim().split("\n")[0];
      throw new MissingTool(`Go cannot build ${what} (${reason}): ${install}`, { cause: error });
    },
  );
  const version = answer.stdout.split("\n")[0] ?? "";
  if (isOlder(version, needed)) throw new MissingTool(`${version} is too old: ${install}`);
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

/** Where the files of a required module lie; go.sum says what they must be. `what` is for the sentence of MissingTool. */
export async function downloadModule(own: GoModule, module: string, what: string, means: Means): Promise<string> {
  const { env, signal } = means;
  const wanted = `${module}@${requiredVersion(own, module)}`;
  const options = { cwd: own.directory, env: { ...env, GOWORK: "off", GOFLAGS: "-mod=readonly" }, signal };
  const answer = await promisify(execFile)("go", ["mod", "download", "-json", wanted], options).catch(
    (error: Error & { code?: unknown; stderr?: string; stdout?: string }) => {
      if (error.code === "ENOENT")
        throw new MissingTool(`Go is not installed: install Go 1.21 or newer to fetch ${what}`);
      throw new Error(`download ${wanted}: ${error.stderr || error.stdout || error.message}`, { cause: error });
    },
  );
  const told: { Dir: string } = JSON.parse(answer.stdout);
  return told.Dir;
}

const numbers = (text: string): number[] => [...text.matchAll(/\d+/g)].map(Number);
