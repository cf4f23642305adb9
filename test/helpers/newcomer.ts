// A newcomer's machine: a directory with the repository in `landlord/`, a shell, kubectl, the command, and a docker that only takes notes.
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createShell, type Shell } from "./shell.ts";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
/** Of the repository, as far as the page needs it. */
const CHECKOUT = ["manifests", "Dockerfile"];

export interface Newcomer {
  shell: Shell;
  /** Where commands begin. */
  directory: string;
  /** Whether an image of that name was built from a Dockerfile, and pushed. */
  hasImage: (image: string) => Promise<boolean>;
}

/** `scratch`: an empty directory for all of it. */
export function welcome(options: { scratch: string; kubectl: string; kubeconfig: string }): Newcomer {
  const { scratch, kubectl, kubeconfig } = options;
  const at = (name: string): string => join(scratch, name);
  const [directory, programs, notes] = [at("work"), at("bin"), at("pushed")];
  for (const made of [directory, programs, at("home"), at("shell")]) mkdirSync(made);
  for (const name of CHECKOUT) cpSync(join(REPOSITORY, name), join(directory, "landlord", name), { recursive: true });
  symlinkSync(kubectl, join(programs, "kubectl"));
  const write = (name: string, text: string): void => writeFileSync(join(programs, name), text, { mode: 0o700 });
  write("landlord", `#!/bin/sh\nexec '${process.execPath}' '${join(REPOSITORY, "src/bin.cjs")}' "$@"\n`);
  write("docker", docker(at("built"), notes));
  const env = {
    PATH: [programs, dirname(process.execPath), process.env["PATH"]].join(delimiter),
    HOME: at("home"),
    KUBECONFIG: kubeconfig,
  };
  return {
    directory,
    shell: createShell({ directory, scratch: at("shell"), env }),
    hasImage: async (image) => (await readFile(notes, "utf8").catch(() => "")).split("\n").includes(image),
  };
}

/** What a build really gives, test/world/image.test.ts tells. */
const docker = (built: string, pushed: string): string => `#!/bin/sh -e
case "$1" in
  build) [ "$2" = --tag ] && [ -f "$4/Dockerfile" ] && echo "$3" >> '${built}' ;;
  push) grep -qx "$2" '${built}' && echo "$2" >> '${pushed}' ;;
  *) exit 1 ;;
esac
`;
