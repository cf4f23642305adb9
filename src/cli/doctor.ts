// `landlord doctor`: what is wrong with Landlord in this cluster, and the command that mends it. Looks only, changes nothing.
import { type Command, textOf, UsageError } from "./command.ts";
import { examine, type Told } from "./doctor/examine.ts";
import { exitCode } from "./doctor/finding.ts";
import { checks } from "./doctor/index.ts";
import { type Columns, OUTPUT, show } from "./output.ts";

const DEADLINE_MS = 20_000;

const COLUMNS: Columns<Told> = [
  ["CHECK", ({ check }) => check],
  ["STATUS", ({ status }) => status.toUpperCase()],
  ["FINDING", ({ message }) => message],
];

export const doctor: Command = {
  name: "doctor",
  summary: "Say what is wrong with Landlord, and what mends it. Exit code 0: healthy, 1: a problem, 2: cannot tell.",
  options: [
    { ...OUTPUT, about: "table, json or yaml" },
    { flags: "--before-start", about: "only what must hold before Landlord runs: for an init container" },
  ],
  async run(given, deps) {
    const format = textOf(given, "output");
    if (!["table", "json", "yaml"].includes(format)) {
      throw new UsageError(`--output is ${JSON.stringify(format)}: must be table, json or yaml`);
    }
    const chosen = given["beforeStart"] === true ? checks.filter(({ beforeStart }) => beforeStart) : checks;
    const { signal } = deps;
    const told = await deps.withInstallation((installation) =>
      examine({ installation, checks: chosen, signal, deadlineMs: DEADLINE_MS }),
    );
    const code = exitCode(told);
    if (format === "table") deps.out([show(given, told, COLUMNS), ...mending(told), VERDICTS[code]].join("\n"));
    else deps.out(show(given, { verdict: VERDICTS[code], exitCode: code, findings: told }, []));
    return code;
  },
};

const VERDICTS = { 0: "healthy", 1: "unhealthy", 2: "cannot tell" } as const;

/** Commands below the table, where they can be copied whole. */
function mending(told: readonly Told[]): string[] {
  const commands = [...new Set(told.map(({ command }) => command).filter((command) => command !== ""))];
  return commands.length === 0 ? [""] : ["", "What to run:", ...commands.map((command) => `  ${command}`), ""];
}
