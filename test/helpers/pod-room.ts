// What kubelet makes of a Pod before it starts it: its volumes as files below a directory, its environment, its ServiceAccount's token.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { KubeObject } from "../../src/model/kube-object.ts";
import type { Cluster } from "./cluster.ts";

interface Item {
  key: string;
  path: string;
}
interface Source {
  secret?: { name: string; items?: Item[] };
  configMap?: { name: string; items?: Item[] };
  serviceAccountToken?: { path: string; expirationSeconds?: number };
  downwardAPI?: { items: { path: string; fieldRef: { fieldPath: string } }[] };
}
interface Volume {
  name: string;
  secret?: { secretName: string; items?: Item[] };
  configMap?: { name: string; items?: Item[] };
  projected?: { sources: Source[] };
}
interface Variable {
  name: string;
  value?: string;
  valueFrom?: { fieldRef?: { fieldPath: string } };
}
export interface Container {
  image: string;
  args?: string[];
  env?: Variable[];
  envFrom?: {
    configMapRef?: { name: string; optional?: boolean };
    secretRef?: { name: string; optional?: boolean };
  }[];
  ports: { name: string; containerPort: number }[];
  readinessProbe: { httpGet: { path: string; port: string } };
  lifecycle?: { preStop?: { sleep?: { seconds: number } } };
  volumeMounts?: { name: string; mountPath: string }[];
}
export interface Pod extends KubeObject {
  metadata: KubeObject["metadata"] & { name: string; namespace: string; uid: string; deletionTimestamp?: string };
  spec: {
    serviceAccountName: string;
    nodeName?: string;
    terminationGracePeriodSeconds: number;
    volumes?: Volume[];
    containers: Container[];
  };
}
interface Data extends KubeObject {
  data?: Record<string, string>;
}

export interface PodRoom {
  env: Record<string, string>;
  /** Where a path in the container is on this machine. */
  pathOf(path: string): string;
}

/** Undefined as long as something that it mounts is missing, as with kubelet. Throws for what it does not know. */
export async function furnish(pod: Pod, directory: string, cluster: Cluster): Promise<PodRoom | undefined> {
  const { volumes = [], containers } = pod.spec;
  const [container] = containers;
  if (container === undefined || containers.length > 1)
    throw new Error(`run Pod ${pod.metadata.name}: not one container`);
  const mounts: { mountPath: string; place: string }[] = [];
  for (const { name, mountPath } of container.volumeMounts ?? []) {
    const volume = volumes.find((candidate) => candidate.name === name);
    const files = volume && (await filesOf(volume, pod, cluster));
    if (files === undefined) return undefined;
    const place = join(directory, mountPath);
    await mkdir(place, { recursive: true });
    for (const [path, content] of files) {
      await mkdir(dirname(join(place, path)), { recursive: true });
      await writeFile(join(place, path), content, { mode: 0o600 });
    }
    mounts.push({ mountPath, place });
  }
  const pathOf = (path: string): string => {
    const mount = mounts.find(({ mountPath }) => path === mountPath || path.startsWith(`${mountPath}/`));
    return mount === undefined ? path : mount.place + path.slice(mount.mountPath.length);
  };
  const env = await environmentOf(container, pod, cluster);
  return { env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, pathOf(value)])), pathOf };
}

async function filesOf(volume: Volume, pod: Pod, cluster: Cluster): Promise<Map<string, Buffer> | undefined> {
  const { secret, configMap, projected } = volume;
  const sources: Source[] =
    projected?.sources ??
    [
      secret && { secret: { name: secret.secretName, ...(secret.items && { items: secret.items }) } },
      configMap && { configMap },
    ].filter((source) => source !== undefined);
  if (sources.length === 0) throw new Error(`mount volume ${volume.name}: of a kind that is not known here`);
  const files = new Map<string, Buffer>();
  for (const source of sources) {
    const found = await contentOf(source, pod, cluster);
    if (found === undefined) return undefined;
    for (const [path, content] of found) files.set(path, content);
  }
  return files;
}

async function contentOf(source: Source, pod: Pod, cluster: Cluster): Promise<[string, Buffer][] | undefined> {
  const { namespace } = pod.metadata;
  const chosen = (data: Record<string, string>, items: Item[] | undefined, encoding: BufferEncoding) =>
    (items ?? Object.keys(data).map((key) => ({ key, path: key }))).map(({ key, path }): [string, Buffer] => [
      path,
      Buffer.from(data[key] ?? "", encoding),
    ]);
  if (source.secret !== undefined) {
    const secret = await cluster.get<Data>(`/api/v1/namespaces/${namespace}/secrets/${source.secret.name}`);
    return secret && chosen(secret.data ?? {}, source.secret.items, "base64");
  }
  if (source.configMap !== undefined) {
    const map = await cluster.get<Data>(`/api/v1/namespaces/${namespace}/configmaps/${source.configMap.name}`);
    return map && chosen(map.data ?? {}, source.configMap.items, "utf8");
  }
  if (source.serviceAccountToken !== undefined)
    return [[source.serviceAccountToken.path, Buffer.from(await tokenOf(pod, cluster))]];
  return (source.downwardAPI?.items ?? []).map(({ path, fieldRef }) => [
    path,
    Buffer.from(fieldOf(pod, fieldRef.fieldPath)),
  ]);
}

async function tokenOf({ metadata: { name, namespace, uid }, spec }: Pod, cluster: Cluster): Promise<string> {
  const request = { spec: { boundObjectRef: { apiVersion: "v1", kind: "Pod", name, uid } } };
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${spec.serviceAccountName}/token`;
  const { status } = await cluster.create<KubeObject & { status: { token: string } }>(path, request);
  return status.token;
}

async function environmentOf(container: Container, pod: Pod, cluster: Cluster): Promise<Record<string, string>> {
  const env: Record<string, string> = {};
  for (const { configMapRef, secretRef } of container.envFrom ?? []) {
    const [plural, ref] = configMapRef === undefined ? ["secrets", secretRef] : ["configmaps", configMapRef];
    const found = await cluster.get<Data>(`/api/v1/namespaces/${pod.metadata.namespace}/${plural}/${ref?.name}`);
    for (const [name, value] of Object.entries(found?.data ?? {}))
      env[name] = plural === "secrets" ? Buffer.from(value, "base64").toString() : value;
  }
  for (const { name, value, valueFrom } of container.env ?? []) {
    if (valueFrom !== undefined && valueFrom.fieldRef === undefined)
      throw new Error(`set ${name}: from a place that is not known here`);
    env[name] = valueFrom?.fieldRef === undefined ? (value ?? "") : fieldOf(pod, valueFrom.fieldRef.fieldPath);
  }
  return env;
}

function fieldOf({ metadata }: Pod, path: string): string {
  if (path === "metadata.name") return metadata.name;
  if (path === "metadata.namespace") return metadata.namespace;
  throw new Error(`read ${path} of a Pod: not known here`);
}
