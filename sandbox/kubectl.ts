// Runs the sandbox's kubectl, away from the caller's own kubeconfig, discovery cache and preferences.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { bareEnvironment } from "./process.ts";

export interface KubectlResult {
  code: number;
  stdout: string;
  stderr: string;
}

export interface KubectlRun {
  command: string;
  directory: string;
  kubeconfig: string;
  args: readonly string[];
  /** For `-f -`. */
  input?: string;
}

/** Resolves whatever kubectl says; rejects only if it cannot be started. */
export async function runKubectl({
  command,
  directory,
  kubeconfig,
  args,
  input = "",
}: KubectlRun): Promise<KubectlResult> {
  const own = ["--kubeconfig", kubeconfig, "--cache-dir", join(directory, "kubectl-cache")];
  const child = spawn(command, [...own, ...args], { env: { ...bareEnvironment(directory), KUBERC: "off" } });
  const ended = new Promise<number>((resolve, reject) => {
    child.once("error", (error) => reject(new Error("run kubectl: could not be started", { cause: error })));
    child.once("close", (code) => resolve(code ?? 1));
  });
  child.stdin.on("error", () => undefined); // it did not want the input
  child.stdin.end(input);
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { code, stdout, stderr };
}
