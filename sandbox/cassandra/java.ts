// The Java that Cassandra runs on: JAVA_HOME's, else the one on the PATH.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { errorCode } from "../error-code.ts";
import { MissingTool } from "../missing-tool.ts";

const NEEDED = 17;
const INSTALL = `install Java ${NEEDED}, or set JAVA_HOME to where one is, to run Cassandra`;

export interface Java {
  command: string;
  /** All that `java -version` says: a class archive fits this very Java alone. */
  version: string;
}

export async function findJava(env: NodeJS.ProcessEnv): Promise<Java> {
  const home = env["JAVA_HOME"];
  const command = home ? join(home, "bin", "java") : "java";
  const version = await tell(command, env).catch((error: unknown) => {
    const lacking = home ? `JAVA_HOME names ${home}, which has no bin/java` : "Java is not installed";
    const absent = errorCode(error) === "ENOENT";
    throw new MissingTool(`${absent ? lacking : `${command} does not run`}: ${INSTALL}`, { cause: error });
  });
  const major = majorVersion(version);
  if (major !== NEEDED) throw new MissingTool(`Java ${major ?? "of an unknown version"} is no good here: ${INSTALL}`);
  return { command, version };
}

async function tell(command: string, env: NodeJS.ProcessEnv): Promise<string> {
  return (await promisify(execFile)(command, ["-version"], { env })).stderr;
}

/** Of `openjdk version "17.0.15" 2025-04-15` 17, of `java version "1.8.0_402"` 8. */
export function majorVersion(told: string): number | undefined {
  const found = /version "(?:1\.)?(\d+)/.exec(told)?.[1];
  return found === undefined ? undefined : Number(found);
}
