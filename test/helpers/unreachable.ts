// A kubeconfig of an API server that nobody answers for.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { scratch } from "./scratch.ts";

const KUBECONFIG = JSON.stringify({
  apiVersion: "v1",
  kind: "Config",
  clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1" } }],
  users: [{ name: "u", user: { token: "t" } }],
  contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
  "current-context": "x",
});

/** Path of the file, which goes with the test. */
export async function unreachable(t: TestContext): Promise<string> {
  const path = join(await scratch(t), "kubeconfig");
  await writeFile(path, KUBECONFIG);
  return path;
}
