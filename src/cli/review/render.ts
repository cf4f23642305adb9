// Renders a kustomize directory with whichever tool is on the PATH. What lies in the directory is not trusted: no plugins, no end without a limit.
import { execFile } from "node:child_process";
import { oneLine } from "../../../webhooks/text.ts";
import type { Source } from "./documents.ts";
import type { BadSource } from "./sources.ts";

/** Tried in this order. kubectl's own kustomize is what most people run. */
const TOOLS: readonly (readonly [command: string, ...words: string[]])[] = [
  ["kubectl", "kustomize"],
  ["kustomize", "build"],
];
const TIMEOUT_MS = 60_000;
const MOST_BYTES = 64 * 1024 * 1024;

export interface RenderOptions {
  signal: AbortSignal;
  /** Runs a program; rejects as execFile does. */
  run?: typeof runTool;
}

/** The rendered manifests as one source under the directory's name. A tool that fails is told in its own words. */
export async function render(directory: string, { signal, run = runTool }: RenderOptions): Promise<Source | BadSource> {
  for (const [command, ...words] of TOOLS) {
    const result = await run(command, [...words, directory.startsWith("-") ? `./${directory}` : directory], signal);
    if (result === "missing") continue;
    if ("text" in result) return { name: directory, text: result.text, isRendered: true };
    return {
      name: directory,
      fault: `cannot be rendered: ${command} ${words.join(" ")}: ${oneLine(result.fault.trim(), 500)}`,
    };
  }
  return { name: directory, fault: "cannot be rendered: neither kubectl nor kustomize is on the PATH" };
}

/** `missing`: there is no such program. */
function runTool(
  command: string,
  words: readonly string[],
  signal: AbortSignal,
): Promise<{ text: string } | { fault: string } | "missing"> {
  const { promise, resolve } = Promise.withResolvers<{ text: string } | { fault: string } | "missing">();
  execFile(command, words, { signal, timeout: TIMEOUT_MS, maxBuffer: MOST_BYTES }, (error, stdout, stderr) => {
    if (error === null) resolve({ text: stdout });
    else if (error.code === "ENOENT") resolve("missing");
    else if (error.killed === true) resolve({ fault: `took longer than ${TIMEOUT_MS / 1000} s` });
    else resolve({ fault: stderr === "" ? error.message : stderr });
  });
  return promise;
}
