// Stands for what a sandbox has not: a node. Pods of one namespace get a process each, as the Deployment that is in the cluster says, and
// their Services an EndpointSlice, by which the API server finds them. A Pod has no network of its own here, hence other ports.
import { readFile, writeFile } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { RunningProcess } from "../../sandbox/part.ts";
import { freePort } from "../../sandbox/port.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { KubeObject } from "../../src/model/kube-object.ts";
import { type Cluster, clusterOf } from "./cluster.ts";
import { furnish, type Pod, type PodRoom } from "./pod-room.ts";

/** For SandboxOptions: who makes Pods of a Deployment, and an API server that dials EndpointSlices, since no kube-proxy makes a ClusterIP work. */
export const WITH_NODE = {
  controllers: ["deployment-controller", "replicaset-controller"],
  apiserverFlags: ["--enable-aggregator-routing=true"],
} as const;

const ENTRY = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));
const ACCOUNT_DIRECTORY = "/var/run/secrets/kubernetes.io/serviceaccount";
const LOOK_MS = 100;
/** Turns that may fail in a row: what went wrong is tried again in the next, as on a node. */
const PATIENCE = 5;
/** Settings by which Landlord is told another port than that of its container. */
const PORT_SETTINGS: Readonly<Record<string, string>> = {
  webhooks: "LANDLORD_WEBHOOK_PORT",
  health: "LANDLORD_HEALTH_PORT",
  generator: "PORT",
};

/** An address of this machine that an EndpointSlice may name, which none of the loopback interface's may be; undefined: it has none. */
export const nodeAddress = (): string | undefined =>
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ internal, family }) => !internal && family === "IPv4")?.address;

export interface Kubelet {
  /** Names of all Pods that ever ran, in order. */
  readonly started: readonly string[];
  /** Rejects when it cannot go on. */
  readonly failed: Promise<never>;
  /** Lines of the log of a Pod that runs or ran. */
  log(pod: string): Promise<Record<string, unknown>[]>;
  /** Ends all its processes. */
  stop(): Promise<void>;
}

export interface KubeletOptions {
  sandbox: Sandbox;
  namespace: string;
  /** Whether an image can be pulled; Pods with another wait. */
  hasImage: (image: string) => Promise<boolean>;
}

interface Life {
  pod: Pod;
  ports: Record<string, number>;
  process?: RunningProcess;
  ready: boolean;
  over: Promise<void> | undefined;
}

export function startKubelet({ sandbox, namespace, hasImage }: KubeletOptions): Kubelet {
  const cluster = clusterOf(() => sandbox);
  const stop = new AbortController();
  const lives = new Map<string, Life>();
  const started: string[] = [];
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => undefined); // whoever waits for it is told
  const pods = `/api/v1/namespaces/${namespace}/pods`;

  async function begin(pod: Pod): Promise<void> {
    const { name, uid } = pod.metadata;
    const [container] = pod.spec.containers;
    if (container === undefined || !(await hasImage(container.image))) return;
    const directory = join(sandbox.directory, `pod-${uid}`);
    const room = await furnish(pod, directory, cluster);
    if (room === undefined) return;
    if (pod.spec.nodeName === undefined) await bind(cluster, pod);
    const ports: Record<string, number> = {};
    for (const port of container.ports) ports[port.name] = await freePort();
    const life: Life = { pod, ports, ready: false, over: undefined };
    lives.set(uid, life);
    started.push(name);
    life.process = await sandbox.run({
      name,
      command: process.execPath,
      args: [ENTRY, ...(container.args ?? [])],
      env: { ...room.env, ...portSettings(ports), KUBECONFIG: await accountOf(room, directory, sandbox.server) },
      ready: () => Promise.resolve(true),
    });
  }

  /** Ready or not, as its probe says: in its status, and for the API server. */
  async function look(life: Life): Promise<void> {
    const { pod, ports } = life;
    const { httpGet } = pod.spec.containers[0]?.readinessProbe ?? {};
    const ready = await answers(`http://127.0.0.1:${ports[httpGet?.port ?? ""]}${httpGet?.path}`);
    if (ready === life.ready) return;
    if (ready) await announce(sandbox, cluster, life);
    else await withdraw(sandbox, life);
    await patchIfThere(sandbox, `${pods}/${pod.metadata.name}/status`, { status: statusOf(ready) });
    life.ready = ready;
  }

  /** As kubelet ends a Pod: no endpoint any more, the pause before, SIGTERM, and the object goes last. */
  async function end(life: Life): Promise<void> {
    const { name, uid } = life.pod.metadata;
    const { containers, terminationGracePeriodSeconds: grace } = life.pod.spec;
    await withdraw(sandbox, life);
    const pause = containers[0]?.lifecycle?.preStop?.sleep?.seconds ?? 0;
    await sleep(pause * 1000, undefined, { signal: stop.signal }).catch(() => undefined);
    await life.process?.stop((grace - pause) * 1000);
    const path = `${pods}/${name}?gracePeriodSeconds=0`; // names of Pods are never used twice
    const { status, text } = await sandbox.api.call({ method: "DELETE", path });
    if (status !== 200 && status !== 404) throw new Error(`DELETE Pod ${name}: ${status} ${text}`);
    lives.delete(uid);
  }

  const fail = (error: unknown): void => broken.reject(error);

  async function turn(): Promise<void> {
    const found = await cluster.list<Pod>(pods);
    for (const pod of found) {
      const life = lives.get(pod.metadata.uid);
      if (life === undefined && pod.metadata.deletionTimestamp === undefined) await begin(pod);
      else if (life !== undefined && pod.metadata.deletionTimestamp !== undefined) life.over ??= end(life).catch(fail);
      else if (life !== undefined) await look(life);
    }
    for (const life of lives.values())
      if (!found.some(({ metadata: { uid } }) => uid === life.pod.metadata.uid)) life.over ??= end(life).catch(fail);
  }

  async function work(): Promise<void> {
    for (let failures = 0; !stop.signal.aborted; ) {
      await turn().then(
        () => (failures = 0),
        (error: unknown) => ++failures < PATIENCE || fail(error),
      );
      await sleep(LOOK_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  }
  const done = work();
  return {
    started,
    failed: broken.promise,
    async log(pod) {
      const text = await readFile(join(sandbox.directory, `${pod}.log`), "utf8");
      return text
        .split("\n")
        .filter((line) => line.startsWith("{"))
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    },
    async stop() {
      stop.abort();
      await Promise.all([...lives.values()].map(async (life) => life.process?.stop()));
      await done;
    },
  };
}

const answers = (url: string): Promise<boolean> =>
  fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    async (response) => (await response.text(), response.ok),
    () => false,
  );

const portSettings = (ports: Record<string, number>): Record<string, string> =>
  Object.fromEntries(Object.entries(ports).map(([name, port]) => [PORT_SETTINGS[name] ?? name, String(port)]));

/** A kubeconfig in place of the directory that the program would find at its fixed path. */
async function accountOf(room: PodRoom, directory: string, server: string): Promise<string> {
  const file = (name: string): string => join(room.pathOf(ACCOUNT_DIRECTORY), name);
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "here", cluster: { server, "certificate-authority": file("ca.crt") } }],
    users: [{ name: "pod", user: { tokenFile: file("token") } }],
    contexts: [{ name: "here", context: { cluster: "here", user: "pod" } }],
    "current-context": "here",
  };
  const path = join(directory, "kubeconfig");
  await writeFile(path, JSON.stringify(config), { mode: 0o600 });
  return path;
}

/** Puts it on the node, as a scheduler does: only then has it a life that ends in order. */
async function bind(cluster: Cluster, { metadata: { name, namespace } }: Pod): Promise<void> {
  const binding = { apiVersion: "v1", kind: "Binding", metadata: { name }, target: { kind: "Node", name: "sandbox" } };
  await cluster.create(`/api/v1/namespaces/${namespace}/pods/${name}/binding`, binding);
}

const statusOf = (ready: boolean): object => {
  const status = ready ? "True" : "False";
  const lastTransitionTime = new Date().toISOString().replace(/\.\d+Z$/, "Z");
  return {
    phase: "Running",
    podIPs: [{ ip: nodeAddress() }],
    podIP: nodeAddress(),
    containerStatuses: [{ name: "landlord", image: "", imageID: "", restartCount: 0, ready, started: ready }],
    conditions: ["PodScheduled", "Initialized", "ContainersReady", "Ready"].map((type) => ({
      type,
      status,
      lastTransitionTime,
    })),
  };
};

interface Service extends KubeObject {
  spec: { selector: Record<string, string>; ports: { name: string; targetPort: string }[] };
}

async function announce(sandbox: Sandbox, cluster: Cluster, { pod, ports }: Life): Promise<void> {
  const { name, namespace, uid, labels = {} } = pod.metadata;
  const path = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`;
  for (const service of await cluster.list<Service>(`/api/v1/namespaces/${namespace}/services`)) {
    const { selector, ports: wanted } = service.spec;
    if (!Object.entries(selector).every(([key, value]) => labels[key] === value)) continue;
    const body = {
      metadata: {
        name: `${service.metadata.name}-${name}`,
        labels: { "kubernetes.io/service-name": service.metadata.name, pod: name },
        ownerReferences: [{ apiVersion: "v1", kind: "Pod", name, uid }],
      },
      addressType: "IPv4",
      endpoints: [{ addresses: [nodeAddress()], conditions: { ready: true } }],
      ports: wanted.map(({ name: port, targetPort }) => ({ name: port, port: ports[targetPort], protocol: "TCP" })),
    };
    const { status, text } = await sandbox.api.call({ method: "POST", path, body });
    if (status !== 201 && status !== 409) throw new Error(`POST ${path}: ${status} ${text}`);
  }
}

async function withdraw(sandbox: Sandbox, { pod: { metadata } }: Life): Promise<void> {
  const slices = `/apis/discovery.k8s.io/v1/namespaces/${metadata.namespace}/endpointslices`;
  await sandbox.api.call({ method: "DELETE", path: `${slices}?labelSelector=pod%3D${metadata.name}` });
}

/** The Pod may be gone by now. */
async function patchIfThere(sandbox: Sandbox, path: string, body: object): Promise<void> {
  const contentType = "application/merge-patch+json";
  const { status, text } = await sandbox.api.call({ method: "PATCH", path, body, contentType });
  if (status !== 200 && status !== 404) throw new Error(`PATCH ${path}: ${status} ${text}`);
}
