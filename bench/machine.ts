// The machine that figures come from: without it they say nothing.
import { execFile } from "node:child_process";
import { cpus, loadavg, totalmem } from "node:os";
import { promisify } from "node:util";
import { findKube } from "../sandbox/go-tools.ts";

export interface Machine {
  date: string;
  cores: number;
  processor: string;
  memoryGiB: number;
  /** Of the last minute, before anything was measured. */
  load: number;
  node: string;
  kubernetes: string;
}

export async function machine(): Promise<Machine> {
  const [first] = cpus();
  return {
    date: new Date().toISOString(),
    cores: cpus().length,
    processor: first?.model ?? "unknown",
    memoryGiB: Math.round((totalmem() / 2 ** 30) * 10) / 10,
    load: loadavg()[0] ?? Number.NaN,
    node: process.version,
    kubernetes: await kubernetesVersion(),
  };
}

/** Of the control plane that sandboxes run; "unknown" where there is none. */
async function kubernetesVersion(): Promise<string> {
  try {
    const means = { env: process.env, log: () => undefined, signal: new AbortController().signal };
    const { stdout } = await promisify(execFile)((await findKube(means))["kube-apiserver"], ["--version"]);
    return stdout.replace("Kubernetes", "").trim();
  } catch {
    return "unknown";
  }
}
