// The command line, also the image's entry: composes commander from the list of commands and exits with what they say.
import { readFileSync } from "node:fs";
import { Command as Commander, CommanderError } from "commander";
import type { Command, CommandDeps } from "./cli/command.ts";
import { commands } from "./cli/index.ts";
import { environment, loadConfig } from "./config.ts";

/** Runs one command line (without node and script) and resolves to its exit code. */
export async function runCli(argv: readonly string[], deps: CommandDeps): Promise<number> {
  let code = 0;
  const program = new Commander("landlord")
    .description("Moves tenants into a Kubernetes cluster and keeps them in their own rooms.")
    .version(version())
    .exitOverride()
    .configureOutput({ writeOut: (text) => deps.out(text.trimEnd()), writeErr: (text) => deps.error(text.trimEnd()) })
    .showHelpAfterError("(landlord --help tells what there is)");
  for (const command of commands) {
    add(program, command, async (options) => {
      code = await command.run(options, deps);
    });
  }
  try {
    await program.parseAsync(argv, { from: "user" });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : 2;
  }
}

function add(
  program: Commander,
  { name, summary, options }: Command,
  run: (options: Record<string, string>) => Promise<void>,
): void {
  const sub = program.command(name).description(summary).exitOverride().allowExcessArguments(false);
  for (const { flags, about } of options) sub.option(flags, about);
  sub.action(run);
}

/** Of package.json, which lies one folder above the sources and two above the compiled output. */
function version(): string {
  for (const path of ["../package.json", "../../package.json"]) {
    try {
      return JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8")).version;
    } catch {
      // not there: the next one is
    }
  }
  return "unknown";
}

async function serve(settings: Record<string, string>): Promise<void> {
  const config = loadConfig(environment(settings));
  const { runService } = await import("./main.ts"); // loaded late: other commands start without the service's libraries
  await runService(config);
}

const out = (line: string): void => void process.stdout.write(`${line}\n`);
const error = (line: string): void => void process.stderr.write(`${line}\n`);

if (import.meta.main) {
  process.exitCode = await runCli(process.argv.slice(2), { out, error, serve });
}
