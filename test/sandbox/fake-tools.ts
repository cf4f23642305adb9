// Stands in for tools that the sandbox is made with: shell scripts of their names.
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { scratch } from "../helpers/scratch.ts";

/** A PATH on which each name is its script. */
export async function fakeTools(t: TestContext, scripts: Record<string, string>): Promise<string> {
  const directory = await scratch(t);
  for (const [name, script] of Object.entries(scripts)) {
    await writeFile(join(directory, name), `#!/bin/sh\n${script}`);
    await chmod(join(directory, name), 0o755);
  }
  return `${directory}:/usr/bin:/bin`;
}

export const fakeGo = (t: TestContext, script: string): Promise<string> => fakeTools(t, { go: script });

/** The beginning of a script: answers `go env` as a new Go does. */
export const GO_ENV = 'if [ "$1" = env ]; then printf "go1.26.8\\nlinux\\namd64\\nv1\\n\\n"; exit 0; fi\n';

/** Answers `java -version`. */
export const JAVA_17 = "echo 'openjdk version \"17.0.15\" 2025-04-15' >&2\n";

/** The beginning of a script: finds the argument of `-o`, which ends in a slash. */
export const OUTPUT = "for argument; do case $argument in */) out=$argument;; esac; done\n";

/** Means with an environment of its own, and the lines that were logged. */
export function means(env: NodeJS.ProcessEnv) {
  const lines: string[] = [];
  return { lines, env, log: (line: string) => void lines.push(line), signal: new AbortController().signal };
}
