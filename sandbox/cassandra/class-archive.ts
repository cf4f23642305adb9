// An archive of the classes that Cassandra loads, made once: Java starts in half the time with it. Any mismatch only loses the gain.
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { cacheDirectory, cached, cacheKey } from "../cache.ts";
import type { Means } from "../part.ts";
import { openRoom } from "../room.ts";
import type { Java } from "./java.ts";
import { JVM } from "./java-line.ts";
import { startNode } from "./node.ts";

const FILE = "classes.jsa";

/** Its path; made by a run of Cassandra from start to stop. */
export async function findClassArchive(java: Java, jars: readonly string[], means: Means): Promise<string> {
  const { env, log, signal } = means;
  const directory = await cached({
    directory: join(cacheDirectory(env), "cassandra-classes"),
    key: cacheKey([java.version, ...JVM, ...(await Promise.all(jars.map(fingerprint)))]),
    files: [FILE],
    signal,
    onWait: (pid) => log(`waiting for process ${pid}, which is making Cassandra's class archive`),
    async make(staging) {
      log("making Cassandra's class archive, once: 20 seconds");
      const flags = [`-XX:ArchiveClassesAtExit=${join(staging, FILE)}`];
      const room = await openRoom(signal);
      try {
        const cassandra = await startNode({ java: java.command, jars, flags }, room);
        await cassandra.stop();
      } finally {
        await room.close();
      }
    },
  });
  return join(directory, FILE);
}

/** What Java compares: where each jar lies, how long it is and since when. */
async function fingerprint(jar: string): Promise<string> {
  const { size, mtimeMs } = await stat(jar);
  return `${jar} ${size} ${mtimeMs}`;
}
