// Looks from outside, straight at the API server and with code of its own: when tenants are ready or gone, and which tokens there are.
import { Agent, request } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { Namespace, Secret } from "../../src/model/kube-object.ts";

export interface Sighting {
  name: string;
  uid: string;
  at: number;
}

export interface Watcher {
  /** Resolves when both lists were read. */
  readonly listening: Promise<void>;
  /** Date.now() at which a namespace, by UID, was seen to be ready; undefined: not yet. */
  readyAt(uid: string): number | undefined;
  isGone(uid: string): boolean;
  /** Namespaces that are there, and of these those on their way out. */
  sizes(): { there: number; terminating: number };
  close(): Promise<void>;
}

export interface Listeners {
  ready(sighting: Sighting): void;
  gone(sighting: Sighting): void;
  token(namespace: string, token: string): void;
}

const AGAIN_MS = 200;
const SILENCE_MS = 90_000;

export function createWatcher(sandbox: Pick<Sandbox, "server" | "ca" | "adminToken">, listeners: Listeners): Watcher {
  const stop = new AbortController();
  const there = new Map<string, { name: string; terminating: boolean }>();
  const ready = new Map<string, number>();
  const gone = new Set<string>();

  function drop(uid: string, name: string): void {
    if (!there.delete(uid)) return;
    gone.add(uid);
    listeners.gone({ uid, name, at: Date.now() });
  }

  function see({ metadata, status }: Namespace): void {
    const { name, uid = "", deletionTimestamp, annotations = {} } = metadata;
    there.set(uid, { name, terminating: deletionTimestamp !== undefined });
    const isReady =
      status?.conditions?.some(({ type, status: is }) => type === "TenantReady" && is === "True") ?? false;
    if (!isReady || annotations["landlord.dev/initialized"] !== uid || ready.has(uid)) return;
    const at = Date.now();
    ready.set(uid, at);
    listeners.ready({ name, uid, at });
  }

  const namespaces = follow<Namespace>(sandbox, "/api/v1/namespaces", stop.signal, {
    listed(items) {
      const uids = new Set(items.map(({ metadata }) => metadata.uid));
      for (const [uid, { name }] of there) if (!uids.has(uid)) drop(uid, name);
      for (const item of items) see(item);
    },
    event: (type, object) => (type === "DELETED" ? drop(object.metadata.uid ?? "", object.metadata.name) : see(object)),
  });
  const note = ({ metadata: { namespace = "" }, data }: Secret): void => {
    const token = Buffer.from(data?.["token"] ?? "", "base64").toString("utf8");
    if (token.split(".").length === 3) listeners.token(namespace, token);
  };
  const secrets = follow<Secret>(sandbox, "/api/v1/secrets", stop.signal, {
    listed: (items) => items.forEach(note),
    event: (_, object) => note(object),
  });

  return {
    listening: Promise.all([namespaces.listed, secrets.listed]).then(() => undefined),
    readyAt: (uid) => ready.get(uid),
    isGone: (uid) => gone.has(uid),
    sizes: () => ({
      there: there.size,
      terminating: [...there.values()].filter(({ terminating }) => terminating).length,
    }),
    async close() {
      stop.abort();
      await Promise.all([namespaces.ended, secrets.ended]);
    },
  };
}

interface Sink<T> {
  listed(items: T[]): void;
  event(type: string, object: T): void;
}

type Target = Pick<Sandbox, "server" | "ca" | "adminToken">;

/** Lists and watches until aborted; after any trouble it begins with a list. */
function follow<T>(target: Target, path: string, signal: AbortSignal, sink: Sink<T>) {
  const agent = new Agent({ ca: target.ca, keepAlive: false });
  const first = Promise.withResolvers<void>();
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        const text = await read(target, path, { agent, signal });
        const { items, metadata } = JSON.parse(text) as { items: T[]; metadata: { resourceVersion: string } };
        sink.listed(items);
        first.resolve();
        const query = `watch=true&allowWatchBookmarks=true&resourceVersion=${metadata.resourceVersion}`;
        await read(target, `${path}?${query}`, { agent, signal }, (line) => {
          const { type, object } = JSON.parse(line) as { type: string; object: T };
          if (type === "ERROR") throw new Error("the watch ended");
          if (type !== "BOOKMARK") sink.event(type, object);
        });
      } catch {
        await sleep(AGAIN_MS);
      }
    }
  };
  return { listed: first.promise, ended: run() };
}

/** The body of a 200, or its lines one by one. Rejects when it ends early, or nothing comes for too long. */
function read(
  { server, adminToken }: Target,
  path: string,
  { agent, signal }: { agent: Agent; signal: AbortSignal },
  line?: (text: string) => void,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${adminToken}`, accept: "application/json" };
    const asked = request(new URL(path, server), { agent, signal, headers, timeout: SILENCE_MS }, (answer) => {
      let text = "";
      if (answer.statusCode !== 200) asked.destroy(new Error(`GET ${path}: ${answer.statusCode}`));
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => {
        text += chunk;
        if (line === undefined) return;
        const lines = text.split("\n");
        text = lines.pop() ?? "";
        try {
          lines.forEach(line);
        } catch (error) {
          asked.destroy(error as Error);
        }
      });
      answer.on("error", reject);
      answer.on("aborted", () => reject(new Error("cut off")));
      answer.on("end", () => resolve(text));
    });
    asked.on("timeout", () => asked.destroy(new Error("silence")));
    asked.on("error", reject);
    asked.end();
  });
}
