// Keeps namespaces coming, changing and going at a fixed rate, as platform, tenants and strangers would. Survives an API server that is away.
import { setTimeout as sleep } from "node:timers/promises";
import type { Api, ApiAnswer, ApiCall } from "../../sandbox/api.ts";
import type { Judge } from "./judge.ts";
import type { Watcher } from "./watcher.ts";

export interface Birth {
  name: string;
  uid: string;
  /** When the POST was answered. */
  at: number;
  deletedAt?: number;
}

export interface Failure {
  at: number;
  what: string;
  /** Status and text, or why there was no answer. */
  text: string;
  /** The fault that was on, of those that may stop requests; "" for none: then it must not be. */
  during: string;
}

export interface Driver {
  /** Runs until aborted, and then lets what was begun come to its end. */
  run(signal: AbortSignal): Promise<void>;
  births: readonly Birth[];
  failures: readonly Failure[];
  counts: { created: number; changed: number; damaged: number; deleted: number; denied: number; heldBack: number };
  /** What was to be denied and got in. */
  escapes: readonly string[];
  /** To be told when a namespace is gone: its name may be used again. */
  gone(name: string): void;
}

export interface DriverOptions {
  /** As a member of the platform, whom Landlord lets change what is its. */
  platform: Api;
  /** As somebody with every right that RBAC can give, and none of Landlord's. */
  stranger: Api;
  judge: Judge;
  watcher: Pick<Watcher, "readyAt">;
  /** Name of a fault that is on and may stop requests; "" for none. */
  excuse: () => string;
  random: () => number;
  perSecond: number;
  /** How long a namespace lives; one in ten lives two seconds at most. */
  lifeMs: { from: number; to: number };
}

/** One of so many is a try that must be denied. */
const FORBIDDEN_SHARE = 0.1;
const SAME_NAME_SHARE = 0.2;
const SHORT_SHARE = 0.1;
const SHORT_MS = 2_000;
/** kube-controller-manager deletes only so many a second, and what piles up there is no load of Landlord's: deletions wait for it, and births for those. */
const MOST_TERMINATING = 300;
const MOST_ALIVE = 600;
const GIVE_UP_MS = 90_000;
const AGAIN_MS = 300;
const NAMESPACES = "/api/v1/namespaces";

export function createDriver(options: DriverOptions): Driver {
  const { platform, stranger, judge, watcher, excuse, random, perSecond, lifeMs } = options;
  const births: Birth[] = [];
  const alive = new Map<string, Birth>();
  const dying = new Set<string>();
  const freeNames: string[] = [];
  const failures: Failure[] = [];
  const escapes: string[] = [];
  const counts = { created: 0, changed: 0, damaged: 0, deleted: 0, denied: 0, heldBack: 0 };
  const begun = new Set<Promise<void>>();
  const busy = new Set<string>();
  let serial = 0;

  /** The first answer that is one of those expected; all others are noted, and it is asked again. Undefined: given up. */
  async function ask(
    api: Api,
    call: ApiCall,
    expected: readonly number[],
    beforeTry: () => void = () => undefined,
  ): Promise<ApiAnswer | undefined> {
    const deadline = Date.now() + GIVE_UP_MS;
    const what = `${call.method ?? "GET"} ${call.path}`;
    while (Date.now() < deadline) {
      const before = excuse();
      beforeTry();
      const answer = await api.call(call).catch((error: unknown) => ({ status: 0, text: String(error) }));
      if (expected.includes(answer.status)) return answer;
      failures.push({
        at: Date.now(),
        what,
        text: `${answer.status} ${answer.text.slice(0, 300)}`,
        during: before || excuse(),
      });
      await sleep(AGAIN_MS);
    }
    return undefined;
  }

  async function create(signal: AbortSignal): Promise<void> {
    const old = random() < SAME_NAME_SHARE ? freeNames.shift() : undefined;
    const name = old ?? `soak-${serial++}`;
    const isShort = random() < SHORT_SHARE;
    const life = isShort ? random() * SHORT_MS : lifeMs.from + random() * (lifeMs.to - lifeMs.from);
    judge.expected(name, Date.now());
    const metadata = { name, labels: { "landlord.dev/tenant": name } };
    // 409: the answer to an earlier try was lost
    const answer = await ask(platform, { method: "POST", path: NAMESPACES, body: { metadata } }, [201, 409]);
    const at = Date.now();
    const made = answer?.status === 409 ? await ask(platform, { path: `${NAMESPACES}/${name}` }, [200]) : answer;
    if (made === undefined) return;
    const { metadata: found } = JSON.parse(made.text) as { metadata: { uid: string } };
    const birth: Birth = { name, uid: found.uid, at };
    births.push(birth);
    alive.set(name, birth);
    counts.created++;
    await rest(life, signal);
    while (!signal.aborted && dying.size >= MOST_TERMINATING) await rest(1_000, signal);
    if (!signal.aborted) await remove(birth);
  }

  async function remove(birth: Birth): Promise<void> {
    const { name } = birth;
    alive.delete(name);
    dying.add(name);
    judge.dying(name);
    birth.deletedAt = Date.now();
    await ask(platform, { method: "DELETE", path: `${NAMESPACES}/${name}` }, [200, 202, 404, 409]);
    counts.deleted++;
  }

  /** A tenant that is ready and with which nothing else is being done. */
  function anyReady(): Birth | undefined {
    const ready = [...alive.values()].filter(({ uid, name }) => watcher.readyAt(uid) !== undefined && !busy.has(name));
    return ready[Math.floor(random() * ready.length)];
  }

  async function change(): Promise<void> {
    const birth = anyReady();
    if (birth === undefined) return;
    busy.add(birth.name);
    try {
      if (random() < FORBIDDEN_SHARE) await forbidden(birth.name);
      else if (random() < 0.5) await touch(birth.name);
      else await damage(birth.name);
    } finally {
      busy.delete(birth.name);
    }
  }

  async function touch(name: string): Promise<void> {
    const body = { metadata: { annotations: { "example.com/touched": String(Date.now()) } } };
    await ask(platform, { method: "PATCH", path: `${NAMESPACES}/${name}`, body, contentType: MERGE }, [200, 404]);
    counts.changed++;
  }

  async function damage(name: string): Promise<void> {
    const { resource, call } = DAMAGES[Math.floor(random() * DAMAGES.length)]!(name);
    await ask(platform, call, [200, 404, 409], () => judge.damaged(name, resource, Number.POSITIVE_INFINITY));
    judge.damaged(name, resource, Date.now());
    counts.damaged++;
  }

  async function forbidden(name: string): Promise<void> {
    const call = FORBIDDEN[Math.floor(random() * FORBIDDEN.length)]!(name);
    const answer = await ask(stranger, call, [200, 201, 403, 404]);
    if (answer === undefined) return;
    if (answer.status < 300) escapes.push(`${call.method} ${call.path}: ${answer.status}`);
    else counts.denied++;
  }

  function begin(work: Promise<void>): void {
    begun.add(work);
    void work.finally(() => begun.delete(work));
  }

  return {
    births,
    failures,
    counts,
    escapes,
    gone(name) {
      dying.delete(name);
      freeNames.push(name);
    },
    async run(signal) {
      const started = Date.now();
      for (let index = 0; !signal.aborted; index++) {
        if (alive.size >= MOST_ALIVE) counts.heldBack++;
        else begin(create(signal));
        begin(change());
        const wait = started + ((index + 1) * 1000) / perSecond - Date.now();
        if (wait > 0) await sleep(wait, undefined, { signal }).catch(() => undefined);
      }
      await Promise.all(begun);
    },
  };
}

const rest = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal }).catch(() => undefined);

const MERGE = "application/merge-patch+json";
const RBAC = "/apis/rbac.authorization.k8s.io/v1/namespaces";

/** What somebody may do to a tenant's objects, and Landlord mends. */
const DAMAGES: readonly ((name: string) => { resource: string; call: ApiCall })[] = [
  (name) => gone("secrets", `${NAMESPACES}/${name}/secrets/${name}-token`),
  (name) => gone("serviceaccounts", `${NAMESPACES}/${name}/serviceaccounts/${name}`),
  (name) => gone("rolebindings", `${RBAC}/${name}/rolebindings/${name}-reconciler`),
  (name) => ({
    resource: "rolebindings",
    call: {
      method: "PATCH",
      path: `${RBAC}/${name}/rolebindings/${name}-reconciler`,
      body: { subjects: [{ kind: "ServiceAccount", name: "default", namespace: name }] },
      contentType: MERGE,
    },
  }),
  (name) => ({
    resource: "secrets",
    call: {
      method: "PATCH",
      path: `${NAMESPACES}/${name}/secrets/${name}-token`,
      body: { data: { token: Buffer.from("spoiled").toString("base64") } },
      contentType: MERGE,
    },
  }),
];

const gone = (resource: string, path: string): { resource: string; call: ApiCall } => ({
  resource,
  call: { method: "DELETE", path },
});

/** What RBAC would let pass, and Landlord must not. */
const FORBIDDEN: readonly ((name: string) => ApiCall)[] = [
  (name) => ({
    method: "POST",
    path: `/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/${name}/kustomizations`,
    body: {
      apiVersion: "kustomize.toolkit.fluxcd.io/v1",
      kind: "Kustomization",
      metadata: { name: `reach-${Date.now()}` },
      spec: {
        interval: "5m",
        path: "./",
        prune: true,
        serviceAccountName: name,
        targetNamespace: "default",
        sourceRef: { kind: "GitRepository", name: "app" },
      },
    },
  }),
  (name) => ({
    method: "PATCH",
    path: `${NAMESPACES}/${name}`,
    body: { metadata: { labels: { "landlord.dev/tenant": "somebody-else" } } },
    contentType: MERGE,
  }),
  (name) => ({
    method: "PATCH",
    path: `${NAMESPACES}/${name}`,
    body: { metadata: { annotations: { "landlord.dev/initialized": "forged" } } },
    contentType: MERGE,
  }),
];
