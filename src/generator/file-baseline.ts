// The baseline in a file, for a service without a cluster. One process writes it; replicas need a ConfigMap.
import { open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { describe } from "../model/errors.ts";
import type { Baseline, BaselineStore } from "./baseline.ts";
import { readBaseline, writeBaseline } from "./baseline-text.ts";
import { readOverride } from "./override.ts";

/** Beside the baseline, `<path>.accept` may hold an override: `<hash> <RFC 3339 time>`. */
export function createFileBaseline({ path }: { path: string }): BaselineStore {
  return {
    name: `file ${path}`,
    shared: false,

    async read() {
      const text = await contentOf(path);
      const override = await contentOf(`${path}.accept`).catch(() => undefined);
      return {
        baseline: text === undefined ? undefined : readBaseline(text),
        stamp: undefined,
        override: override === undefined ? undefined : readOverride(override),
      };
    },

    async write(baseline: Baseline) {
      const next = `${path}.next`;
      try {
        await writeThrough(next, writeBaseline(baseline));
        await rename(next, path);
        await flush(dirname(path));
      } catch (cause) {
        await rm(next, { force: true }).catch(() => undefined);
        throw new Error(`write baseline ${path}: ${describe(cause, 100)}`, { cause });
      }
      return "";
    },
  };
}

/** Undefined if there is no such file. */
async function contentOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw new Error(`read baseline ${path}: ${describe(cause, 100)}`, { cause });
  }
}

/** On the disk before it takes its name: a crash leaves the old content or the new, never half of it. */
async function writeThrough(path: string, text: string): Promise<void> {
  const file = await open(path, "w", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the rename last; file systems that cannot flush a directory need not. */
async function flush(directory: string): Promise<void> {
  const handle = await open(directory, "r").catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
