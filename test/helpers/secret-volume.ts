// A Secret as kubelet mounts it: its files lie behind one link, which is swapped whenever the Secret has changed, and stay when it is deleted.
import { mkdir, mkdtemp, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Secret } from "../../src/model/kube-object.ts";
import { type Cluster, decoded } from "./cluster.ts";
import { eventually } from "./eventually.ts";

const LOOK_EVERY_MS = 100;
const LINK = "..data";

export interface SecretVolume {
  readonly path: string;
  /** Shows these files in place of the Secret's, until it changes. */
  show(files: Record<string, string>): Promise<void>;
  stop(): Promise<void>;
}

export interface Mount {
  cluster: Cluster;
  secret: { namespace: string; name: string };
  /** As in a Pod's volume: all of them must be there. */
  items: readonly { key: string; path: string }[];
  /** The directory; it is made. */
  path: string;
  /** How long a change takes to come to this node. */
  lagMs: number;
}

/** Resolves when the Secret is there and its files are, as a Pod waits for its volumes. */
export async function mountSecret({ cluster, secret, items, path, lagMs }: Mount): Promise<SecretVolume> {
  const stopping = new AbortController();
  let shown: string | undefined;

  async function look(): Promise<void> {
    const found = await cluster.get<Secret>(`/api/v1/namespaces/${secret.namespace}/secrets/${secret.name}`);
    const { data = {}, metadata } = found ?? {};
    if (metadata?.resourceVersion === shown || !items.every(({ key }) => key in data)) return;
    if (shown !== undefined) await sleep(lagMs);
    await show(Object.fromEntries(items.map((item) => [item.path, decoded(data[item.key])])));
    shown = metadata?.resourceVersion;
  }

  /** What kubelet does: a new directory, then the link to it, and in the beginning a link for each file through it. */
  async function show(files: Record<string, string>): Promise<void> {
    const before = await readlink(join(path, LINK)).catch(() => undefined);
    const directory = await mkdtemp(join(path, "..2026_"));
    for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
    await symlink(basename(directory), join(path, `${LINK}_tmp`));
    await rename(join(path, `${LINK}_tmp`), join(path, LINK));
    if (before !== undefined) return rm(join(path, before), { recursive: true });
    for (const name of Object.keys(files)) await symlink(join(LINK, name), join(path, name));
  }

  async function follow(): Promise<void> {
    while (!stopping.signal.aborted) {
      await look().catch(() => undefined); // as long as nobody answers, everything stays
      await sleep(LOOK_EVERY_MS);
    }
  }

  await mkdir(path);
  const following = follow();
  await eventually(`Secret ${secret.name} is mounted`, () => shown !== undefined);
  return {
    path,
    show,
    async stop() {
      stopping.abort();
      await following;
    },
  };
}
