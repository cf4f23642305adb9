// Finds what `-f` names and reads it: files, directories with all that lies below them, standard input. Never follows a loop, never reads without end.
import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileFault } from "../../model/file-fault.ts";
import { UsageError } from "../command.ts";
import type { Source } from "./documents.ts";

/** `text` in words that hold nothing of the content. */
export interface BadSource {
  name: string;
  fault: string;
}

export interface SourceOptions {
  stdin: (mostBytes: number) => Promise<Buffer>;
  /** Renders a directory that holds a kustomization; left out: its files are read as they are. */
  render?: ((directory: string) => Promise<Source | BadSource>) | undefined;
}

const STDIN = "-";
const MANIFEST = /\.(?:ya?ml|json)$/;
const KUSTOMIZATION = /^(?:kustomization\.ya?ml|Kustomization)$/;
/** A cluster keeps no manifest of more than 1.5 MiB; this is for streams of them. */
const MOST_BYTES = 64 * 1024 * 1024;
const MOST_FILES = 20_000;
const MOST_LEVELS = 64;

/** Everything that the paths name, in their order, and byte order within directories. What cannot be read is told in its place. */
export async function* readSources(
  paths: readonly string[],
  options: SourceOptions,
): AsyncGenerator<Source | BadSource, void, undefined> {
  if (paths.filter((path) => path === STDIN).length > 1)
    throw new UsageError("-f - may be given once: standard input can be read only once");
  for (const path of paths) {
    if (path === STDIN) yield decoded("stdin", await options.stdin(MOST_BYTES));
    else yield* below(path, { options, seen: new Set(), files: 0, levels: 0 }, { isNamed: true });
  }
}

/** True for the file that makes a directory kustomize's, whose content may leave out what it is. */
export function isKustomizationFile(path: string): boolean {
  return KUSTOMIZATION.test(path.split("/").at(-1) ?? "");
}

interface Walk {
  options: SourceOptions;
  /** Real paths of the directories that were entered: a symbolic link may lead to one again. */
  seen: Set<string>;
  files: number;
  levels: number;
}

async function* below(path: string, walk: Walk, { isNamed }: { isNamed: boolean }): AsyncGenerator<Source | BadSource> {
  const about = await attempt(() => stat(path));
  if ("fault" in about) yield { name: path, ...about };
  else if (about.done.isDirectory()) yield* inside(path, walk);
  else if (isNamed) yield await readOne(path, about.done.size, walk);
  else if (MANIFEST.test(path))
    yield about.done.isFile() ? await readOne(path, about.done.size, walk) : { name: path, fault: "is no file" };
}

async function* inside(directory: string, walk: Walk): AsyncGenerator<Source | BadSource> {
  const real = await attempt(() => realpath(directory));
  const names = await attempt(() => readdir(directory));
  if ("fault" in real || "fault" in names) {
    yield { name: directory, fault: "fault" in real ? real.fault : "fault" in names ? names.fault : "" };
    return;
  }
  if (walk.seen.has(real.done)) return;
  walk.seen.add(real.done);
  if (walk.options.render !== undefined && names.done.some((name) => KUSTOMIZATION.test(name))) {
    yield await walk.options.render(directory);
    return;
  }
  if (walk.levels >= MOST_LEVELS) {
    yield { name: directory, fault: `lies more than ${MOST_LEVELS} directories deep` };
    return;
  }
  walk.levels++;
  for (const name of names.done.toSorted(inByteOrder)) {
    if (!name.startsWith(".") && name !== "node_modules") yield* below(join(directory, name), walk, { isNamed: false });
  }
  walk.levels--;
}

async function readOne(path: string, size: number, walk: Walk): Promise<Source | BadSource> {
  if (++walk.files > MOST_FILES) throw new UsageError(`-f names more than ${MOST_FILES} files: name fewer at once`);
  if (size > MOST_BYTES) return { name: path, fault: TOO_LARGE };
  const read = await attempt(() => readFile(path));
  return "fault" in read ? { name: path, ...read } : decoded(path, read.done);
}

function decoded(name: string, bytes: Buffer): Source | BadSource {
  if (bytes.length > MOST_BYTES) return { name, fault: TOO_LARGE };
  try {
    return { name, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return { name, fault: "is not UTF-8 text" };
  }
}

const TOO_LARGE = `is larger than ${MOST_BYTES / 1024 / 1024} MiB`;

const inByteOrder = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

async function attempt<T>(run: () => Promise<T>): Promise<{ done: T } | { fault: string }> {
  try {
    return { done: await run() };
  } catch (error) {
    return { fault: fileFault(error) };
  }
}
