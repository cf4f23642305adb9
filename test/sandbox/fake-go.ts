// Stands in for Go: a shell script named `go`.
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { scratch } from "../helpers/scratch.ts";

/** A PATH on which `go` is this script. */
export async function fakeGo(t: TestContext, script: string): Promise<string> {
  const directory = await scratch(t);
  await writeFile(join(directory, "go"), `#!/bin/sh\n${script}`);
  await chmod(join(directory, "go"), 0o755);
  return `${directory}:/usr/bin:/bin`;
}

/** The beginning of a script: answers `go env` as a new Go does. */
export const GO_ENV = 'if [ "$1" = env ]; then printf "go1.26.8\\nlinux\\namd64\\nv1\\n\\n"; exit 0; fi\n';
