// `landlord serve`: runs the service until SIGTERM or SIGINT.
import { type Command, textOf } from "./command.ts";

export const serve: Command = {
  name: "serve",
  summary: "Run the webhooks and the controllers. Settings come from the environment: docs/reference/settings.md.",
  options: [{ flags: "--roles <list>", about: "which parts run, separated by commas; overrides LANDLORD_ROLES" }],
  async run(given, deps) {
    const roles = textOf(given, "roles");
    await deps.serve(given["roles"] === undefined ? {} : { LANDLORD_ROLES: roles });
    return 0;
  },
};
