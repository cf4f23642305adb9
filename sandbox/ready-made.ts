// A directory with ready-made files that an environment variable names, in place of what would be built or fetched.
import { constants } from "node:fs";
import { resolve } from "node:path";
import { missingFiles } from "./cache.ts";
import { MissingTool } from "./missing-tool.ts";

export interface Wanted {
  /** The environment variable. */
  variable: string;
  files?: readonly string[];
  /** Must be executable. */
  programs?: readonly string[];
}

/** The directory, if the variable names one; throws MissingTool if it lacks something. */
export async function readyMade(
  env: NodeJS.ProcessEnv,
  { variable, files = [], programs = [] }: Wanted,
): Promise<string | undefined> {
  const named = env[variable];
  if (!named) return undefined;
  const directory = resolve(named);
  const executable = await missingFiles(directory, programs, constants.X_OK);
  const missing = [...executable, ...(await missingFiles(directory, files))];
  if (missing.length === 0) return directory;
  throw new MissingTool(
    `${variable} names ${directory}, which lacks ${missing.join(", ")}: add what is missing, or unset the variable to have it built`,
  );
}
