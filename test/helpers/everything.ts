// All objects of a cluster, of all kinds that can be listed, as text by their address: for comparing it before and after.
import type { Sandbox } from "../../sandbox/sandbox.ts";

interface Resource {
  name: string;
  verbs: string[];
}
interface Item {
  metadata: Record<string, unknown> & { name: string; namespace?: string };
  [field: string]: unknown;
}

/** Forgotten by themselves (Events), renewed all the time (the API server's Leases), or no objects at all. */
const LEFT_OUT = new Set(["events", "leases", "componentstatuses"]);
/** Says nothing of what an object is. */
const NOISE = ["resourceVersion", "managedFields", "generation"];

export async function everythingIn(sandbox: Pick<Sandbox, "api">): Promise<Map<string, string>> {
  const get = async <T>(path: string): Promise<T> => {
    const { status, text } = await sandbox.api.call({ path });
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${text}`);
    return JSON.parse(text) as T;
  };
  const { groups } = await get<{ groups: { preferredVersion: { groupVersion: string } }[] }>("/apis");
  const roots = ["/api/v1", ...groups.map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`)];
  const found = new Map<string, string>();
  await Promise.all(
    roots.map(async (root) => {
      const { resources } = await get<{ resources: Resource[] }>(root);
      for (const { name, verbs } of resources) {
        if (!verbs.includes("list") || name.includes("/") || LEFT_OUT.has(name)) continue;
        for (const item of (await get<{ items: Item[] }>(`${root}/${name}`)).items)
          found.set(addressOf(root, name, item), textOf(item));
      }
    }),
  );
  return found;
}

const addressOf = (root: string, resource: string, { metadata: { namespace = "", name } }: Item): string =>
  [root, resource, namespace, name].filter((part) => part !== "").join("/");

function textOf(item: Item): string {
  const metadata = Object.fromEntries(Object.entries(item.metadata).filter(([key]) => !NOISE.includes(key)));
  return JSON.stringify({ ...item, metadata }, null, 1);
}
