// The room of one sandbox: a directory and the processes in it, of which nothing is left when it closes or its owner dies.
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { startKeeper } from "./keeper.ts";
import type { Program, Room, RunningProcess } from "./part.ts";
import { startProcess, whenReady } from "./process.ts";
import { createDirectory, sweep } from "./sweep.ts";

/** Opens a room below the directory for temporary files, after removing those whose owner is dead. */
export async function openRoom(signal: AbortSignal, parent: string = tmpdir()): Promise<Room> {
  await sweep(parent);
  const directory = await createDirectory(parent);
  const keeper = startKeeper(directory);
  const processes: RunningProcess[] = [];
  const { promise: failed, reject } = Promise.withResolvers<never>();
  failed.catch(() => undefined);
  const running = (): RunningProcess[] => processes.filter((process) => process.alive());
  const watch = (): void => keeper.watch(running().flatMap(({ pid }) => pid ?? []));

  return {
    directory,
    failed,
    running,
    async start(program: Program) {
      signal.throwIfAborted();
      const process = startProcess(program, directory);
      processes.push(process);
      watch();
      void process.exited.then(watch);
      try {
        await whenReady(process, program.ready, signal);
      } catch (error) {
        await process.stop(0);
        throw error;
      }
      process.failed.catch(reject);
      return process;
    },
    async close() {
      // Nothing of this is wanted any more, so it need not be written down in order: the kill takes 20 ms, a stop over a second.
      await Promise.all(running().map((process) => process.stop(0)));
      // The keeper goes last: should we die before, it still has them.
      await keeper.end();
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
