// `landlord serve`: runs the service until SIGTERM or SIGINT.
import { describe } from "../model/errors.ts";
import type { Command } from "./command.ts";

export const serve: Command = {
  name: "serve",
  summary: "Run the webhooks and the controllers. Settings come from the environment: docs/reference/settings.md.",
  options: [{ flags: "--roles <list>", about: "which parts run, separated by commas; overrides LANDLORD_ROLES" }],
  async run({ roles }, deps) {
    try {
      await deps.serve(roles === undefined ? {} : { LANDLORD_ROLES: roles });
      return 0;
    } catch (error) {
      if (isMistakes(error)) {
        deps.error("landlord: these settings are wrong:");
        for (const mistake of error.mistakes) deps.error(`  ${mistake}`);
        return 2;
      }
      deps.error(`landlord: ${describe(error)}`);
      return 1;
    }
  },
};

/** A ConfigError, told by its shape: settings are read on a floor above. */
function isMistakes(error: unknown): error is Error & { mistakes: readonly string[] } {
  return error instanceof Error && error.name === "ConfigError" && "mistakes" in error;
}
