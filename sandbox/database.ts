// Cassandra of one's own without a cluster, for suites and benchmarks that are about the tenants' table alone.
import type { Cassandra, NodeFiles } from "./cassandra/node.ts";
import type { Means, Program, RunningProcess } from "./part.ts";
import { CASSANDRA } from "./parts/cassandra.ts";
import { openRoom } from "./room.ts";

export interface DatabaseOptions {
  /** Takes a line about work that lets people wait; default stderr. */
  log?: (line: string) => void;
  /** Aborts a start, also in the middle of a fetch. A database that stands is stopped with `stop()`. */
  signal?: AbortSignal;
  env?: NodeJS.ProcessEnv;
}

export interface Database {
  readonly directory: string;
  readonly cassandra: Cassandra;
  /** Starts one more program in its directory; it goes with the database, or before. */
  run(program: Program): Promise<RunningProcess>;
  processes(): { name: string; pid: number | undefined }[];
  /** Rejects when Cassandra has ended that was not asked to; the message has the end of its log. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
}

/** All that it is made of, found or fetched; starts nothing that stays. Throws MissingTool if something cannot be had here. */
export function findDatabase(options: DatabaseOptions = {}): Promise<NodeFiles> {
  const { env = process.env, signal = new AbortController().signal, log = toStderr } = options;
  const means: Means = { env, log, signal };
  return CASSANDRA.find(means);
}

/** Resolves when it can be used; nothing is left if it throws. */
export async function startDatabase(options: DatabaseOptions = {}): Promise<Database> {
  const { signal = new AbortController().signal } = options;
  const files = await findDatabase(options);
  const room = await openRoom(signal);
  try {
    const cassandra = await CASSANDRA.start(files, room);
    return {
      directory: room.directory,
      cassandra,
      failed: room.failed,
      run: (program) => room.start(program),
      processes: () => room.running().map(({ name, pid }) => ({ name, pid })),
      stop: () => room.close(),
    };
  } catch (error) {
    await room.close();
    throw error;
  }
}

const toStderr = (line: string): void => void process.stderr.write(`${line}\n`);
