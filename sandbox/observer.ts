// Sees from outside how namespaces become tenants': watches as the admin, and tells when each thing appeared. For demo and benchmarks.
import { createClient, type KubeClient } from "../src/kube/client.ts";
import type { Credentials } from "../src/kube/credentials.ts";
import { type Kind, NAMESPACE, ROLE_BINDING, SECRET, SERVICE_ACCOUNT } from "../src/kube/kinds.ts";
import { createListWatch } from "../src/kube/list-watch.ts";
import { createTransport } from "../src/kube/transport.ts";
import { createMetrics } from "../src/metrics.ts";
import { systemClock } from "../src/model/clock.ts";
import type { KubeObject, Namespace, Secret } from "../src/model/kube-object.ts";
import type { Sandbox } from "./sandbox.ts";

/** `at` is performance.now() when it was seen. */
export interface Moment {
  at: number;
  what: string;
}

export interface Story {
  /** In the order in which things were seen. */
  moments: Moment[];
  /** When ServiceAccount, RoleBinding and filled token Secret were all there. */
  complete: number;
  /** When TenantReady was True and the ready mark was there. */
  ready: number;
  token: string;
}

export interface Observer {
  client: KubeClient;
  /** Resolves when nothing can be missed any more. */
  listening: Promise<void>;
  /** Resolves when the namespace of that name is ready; call it before the namespace is made. */
  story(name: string): Promise<Story>;
  close(): Promise<void>;
}

const WATCHED: { kind: Kind; labelSelector?: string }[] = [
  { kind: NAMESPACE },
  ...[SERVICE_ACCOUNT, ROLE_BINDING, SECRET].map((kind) => ({
    kind,
    labelSelector: "app.kubernetes.io/managed-by=landlord",
  })),
];

interface Following {
  seen: Map<string, number>;
  token: string;
  done: (story: Story) => void;
}

export function createObserver(sandbox: Pick<Sandbox, "server" | "ca" | "adminToken">): Observer {
  const shared = { clock: systemClock, log: SILENT, metrics: createMetrics() };
  const transport = createTransport({ credentials: adminOf(sandbox), ...shared });
  const client = createClient(transport);
  const followed = new Map<string, Following>();
  const stop = new AbortController();
  const watches = WATCHED.map((what) => createListWatch<KubeObject>({ client, ...what, ...shared }));
  for (const watch of watches) watch.subscribe(({ type, object }) => type !== "removed" && look(object));
  const running = watches.map((watch) => watch.run(stop.signal));

  function look(object: KubeObject): void {
    const { name, namespace = name } = object.metadata;
    const following = followed.get(namespace);
    if (following === undefined) return;
    note(following, object);
    const story = storyOf(following);
    if (story === undefined) return;
    followed.delete(namespace);
    following.done(story);
  }

  return {
    client,
    listening: Promise.all(watches.map((watch) => watch.whenSynced(stop.signal))).then(() => undefined),
    story: (name) => new Promise((done) => void followed.set(name, { seen: new Map(), token: "", done })),
    async close() {
      stop.abort();
      await Promise.all(running);
      await transport.close();
    },
  };
}

const FILLED = "the token in the Secret";
const READY = "TenantReady=True";
const MARKED = "the ready mark";

function note(following: Following, object: KubeObject): void {
  const tell = (what: string): void => void (following.seen.has(what) || following.seen.set(what, performance.now()));
  if (object.kind !== "Namespace") {
    tell(`${object.kind} ${object.metadata.name}`);
    const { data } = object as Secret;
    if (data?.["token"] === undefined) return;
    following.token = Buffer.from(data["token"], "base64").toString("utf8");
    return tell(FILLED);
  }
  const { metadata, status }: Namespace = object;
  if (metadata.labels?.["landlord.dev/initializing"] !== undefined)
    tell(`Namespace ${metadata.name}, marked as initializing`);
  if (status?.conditions?.some((condition) => condition.type === "TenantReady" && condition.status === "True"))
    tell(READY);
  if (metadata.annotations?.["landlord.dev/initialized"] === metadata.uid) tell(MARKED);
}

function storyOf({ seen, token }: Following): Story | undefined {
  const moments = [...seen].map(([what, at]) => ({ what, at }));
  const objects = moments.filter(({ what }) => /^(ServiceAccount|RoleBinding|Secret) /.test(what) || what === FILLED);
  if (objects.length < 4 || !seen.has(READY) || !seen.has(MARKED)) return undefined;
  return { moments, complete: latest(objects), ready: latest(moments), token };
}

const latest = (some: readonly Moment[]): number => Math.max(...some.map(({ at }) => at));

function adminOf({ server, ca, adminToken }: Pick<Sandbox, "server" | "ca" | "adminToken">): Credentials {
  const headers = { authorization: `Bearer ${adminToken}` };
  return { server, ca, headers: () => Promise.resolve(headers), invalidate: () => undefined };
}

const nothing = (): void => undefined;
const SILENT = { debug: nothing, info: nothing, warn: nothing, error: nothing };
