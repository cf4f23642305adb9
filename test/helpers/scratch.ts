// An empty directory for one test, removed with it.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

export async function scratch(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "landlord-test-"));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
