// Every command of `landlord`, in the order of its help.
import type { Command } from "./command.ts";
import { generate } from "./generate.ts";
import { serve } from "./serve.ts";
import { tenantCommands } from "./tenant/index.ts";

export const commands: readonly Command[] = [
  serve, // the service itself; what the image runs
  ...tenantCommands, // the registry
  generate, // what becomes of it
];
