// `landlord generate`: what Argo CD would get now, and what that would add and remove.
import { type Command, listOf, textOf, UsageError } from "./command.ts";
import { show } from "./output.ts";

export const generate: Command = {
  name: "generate",
  summary: "Show what Argo CD would get, and what would be added and removed against what was served.",
  options: [
    { flags: "--name <applicationset>", about: "name of the ApplicationSet that asks", fallback: "" },
    {
      flags: "--input <key=value>",
      about: "input parameter, such as filterLabelKey=region; may be repeated",
      repeated: true,
    },
    { flags: "-o, --output <format>", about: "json or yaml", fallback: "json" },
  ],
  async run(given, { preview, out, error }) {
    if (textOf(given, "output") === "table") throw new UsageError('--output is "table": must be json or yaml');
    const parameters = Object.fromEntries(listOf(given, "input").map(readInput));
    const { parameters: tenants, changes } = await preview({ applicationSetName: textOf(given, "name"), parameters });
    out(show(given, { output: { parameters: tenants } }, []));
    error(`${tenants.length} tenants`);
    if (changes === undefined) error("not compared: this question was never answered");
    for (const tenantId of changes?.added ?? []) error(`+ ${tenantId}`);
    for (const { tenantId, why } of changes?.removed ?? []) error(`- ${tenantId} (${why})`);
    return 0;
  },
};

function readInput(text: string): [string, string] {
  const at = text.indexOf("=");
  if (at < 1) throw new UsageError(`--input is ${JSON.stringify(text)}: must be key=value`);
  return [text.slice(0, at), text.slice(at + 1)];
}
