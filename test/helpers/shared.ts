// What a suite's tests share and this machine may be unable to have: the question before `describe`, and the hooks inside it.
import { after, before } from "node:test";
import { MissingTool } from "../../sandbox/missing-tool.ts";

/** Why a suite is to be skipped, or false. With LANDLORD_REQUIRE_ALL=1 a missing tool fails the suite instead. */
export async function orSkip(
  find: () => Promise<unknown>,
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ skip: string | false }> {
  try {
    await find();
    return { skip: false };
  } catch (error) {
    if (error instanceof MissingTool && env["LANDLORD_REQUIRE_ALL"] !== "1") return { skip: error.message };
    throw error;
  }
}

export interface Startable {
  /** Rejects when a part of it died. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
}

/** Starts before the suite's first test and stops after its last; what died meanwhile fails the suite with its log. */
export function useShared<T extends Startable>(what: string, start: () => Promise<T>): () => T {
  let started: T | undefined;
  before(async () => {
    started = await start();
  });
  after(async () => {
    if (started === undefined) return;
    await started.stop();
    await Promise.race([started.failed, Promise.resolve()]);
  });
  return () => {
    if (started === undefined) throw new Error(`use the ${what}: not before the suite's tests run`);
    return started;
  };
}
