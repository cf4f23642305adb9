// Replaces a file's content at once: readers see the old text or the new one, also if the machine stops in between. One file, no locks.
import { randomUUID } from "node:crypto";
import { type FileHandle, open, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileFault } from "../model/file-fault.ts";

/**
 * Writes `text` beside the file and renames it into place; mode and, where that is allowed, owner stay. A link stays one: what
 * it points to is replaced. `unlessChanged` is asked last: false leaves everything as it was, and so does the answer.
 */
export async function replaceFile(path: string, text: string, unlessChanged: () => Promise<boolean>): Promise<boolean> {
  let temporary: string | undefined;
  try {
    const target = await realpath(path);
    temporary = join(dirname(target), `.${basename(target)}.${randomUUID()}.tmp`);
    await writeLike(target, temporary, text);
    if (!(await unlessChanged())) return false;
    await rename(temporary, target);
    temporary = undefined;
    await flushDirectory(dirname(target));
    return true;
  } catch (cause) {
    throw new Error(`write ${path}: ${fileFault(cause)}`, { cause });
  } finally {
    if (temporary !== undefined) await rm(temporary, { force: true });
  }
}

async function writeLike(model: string, path: string, text: string): Promise<void> {
  const { mode, uid, gid } = await stat(model);
  const file = await open(path, "wx", 0o600);
  try {
    await keepOwner(file, uid, gid);
    await file.chmod(mode & 0o7777);
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Only root may give files away; anybody else writes as themselves, which is mostly the owner. */
async function keepOwner(file: FileHandle, uid: number, gid: number): Promise<void> {
  const own = await file.stat();
  if (own.uid === uid && own.gid === gid) return;
  await file.chown(uid, gid).catch(() => undefined);
}

/** Makes the rename last; file systems that cannot flush a directory need not. */
async function flushDirectory(path: string): Promise<void> {
  const directory = await open(path, "r").catch(() => undefined);
  await directory?.sync().catch(() => undefined);
  await directory?.close();
}
