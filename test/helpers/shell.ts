// Blocks of commands, run by bash one after another as a person pastes them: directory and variables stay from one to the next.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";

export interface Shell {
  /** Stops at the first command that fails. Output and errors as they came, and how it ended. */
  run(commands: string): Promise<{ code: number; output: string }>;
}

export interface ShellOptions {
  /** Where the first block begins. */
  directory: string;
  /** For the shell's own files. */
  scratch: string;
  env: Record<string, string>;
}

/** Nothing on a page takes longer here. */
const LIMIT_MS = 120_000;

/** Every block is a process of its own, so that one that fails leaves nothing half open. */
export function createShell({ directory, scratch, env }: ShellOptions): Shell {
  const state = join(scratch, "state.sh");
  const block = join(scratch, "block.sh");
  const frame = `set -e -o pipefail -o allexport
[ ! -f '${state}' ] || . '${state}'
trap '{ export -p; printf "cd %q\\n" "$PWD"; } > "${state}"' EXIT
. '${block}' 2>&1`;
  return {
    async run(commands) {
      await writeFile(block, `${commands}\n`);
      const first = existsSync(state) ? {} : env;
      const child = spawn("bash", ["--noprofile", "--norc", "-c", frame], {
        cwd: directory,
        env: first,
        stdio: ["ignore", "pipe", "pipe"],
        timeout: LIMIT_MS,
      });
      const ended = once(child, "close");
      const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
      await ended;
      return { code: child.exitCode ?? -1, output: output + errors };
    },
  };
}
