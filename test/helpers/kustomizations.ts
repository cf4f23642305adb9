// Short words for what suites do with Flux Kustomizations: make one, wait for what came of it, look where its objects are.
import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { Condition, KubeObject } from "../../src/model/kube-object.ts";
import { clusterOf } from "./cluster.ts";
import { eventually } from "./eventually.ts";

const GROUP = "kustomize.toolkit.fluxcd.io";
/** What it is looked for among. */
const KINDS = ["/api/v1/configmaps", "/apis/source.toolkit.fluxcd.io/v1/gitrepositories"];

export interface Kustomization extends KubeObject {
  status?: {
    conditions?: (Condition & { observedGeneration?: number })[];
    lastAttemptedRevision?: string;
  };
}

export interface Kustomizations {
  path(namespace: string, name: string): string;
  create(namespace: string, name: string, spec: object): Promise<void>;
  /** Its Ready condition, once it is about the spec as it stands (and the revision, if one is given) and no longer Unknown. */
  settled(namespace: string, name: string, options?: { revision?: string }): Promise<Condition>;
  /** The namespaces of the ConfigMaps and GitRepositories that it has applied. */
  landed(namespace: string, name: string): Promise<string[]>;
  /** Deletes it, and waits until it is gone. */
  remove(namespace: string, name: string): Promise<void>;
}

/** Comes to one verdict and stays with it: everything that would have it looked at again is an hour away. */
export const kustomization = (namespace: string, name: string, spec: object): object => ({
  apiVersion: `${GROUP}/v1`,
  kind: "Kustomization",
  metadata: { name, namespace },
  spec: { interval: "1h", retryInterval: "1h", timeout: "20s", prune: true, path: "./", ...spec },
});

/** The part of a spec that names a GitRepository. */
export const fromSource = (name: string, namespace?: string): object => ({
  sourceRef: { kind: "GitRepository", name, ...(namespace === undefined ? {} : { namespace }) },
});

export function kustomizationsOf(sandbox: () => Sandbox): Kustomizations {
  const cluster = clusterOf(sandbox);
  const collection = (namespace: string): string => `/apis/${GROUP}/v1/namespaces/${namespace}/kustomizations`;
  const path: Kustomizations["path"] = (namespace, name) => `${collection(namespace)}/${name}`;
  return {
    path,
    create: async (namespace, name, spec) =>
      void (await cluster.create(collection(namespace), kustomization(namespace, name, spec))),
    settled: (namespace, name, { revision } = {}) =>
      eventually(`${namespace}/${name} has settled`, async () => {
        const found = await cluster.get<Kustomization>(path(namespace, name));
        const ready = found?.status?.conditions?.find(({ type }) => type === "Ready");
        if (ready === undefined || ready.status === "Unknown") return undefined;
        if (ready.observedGeneration !== found?.metadata.generation) return undefined;
        return revision === undefined || found?.status?.lastAttemptedRevision === revision ? ready : undefined;
      }),
    async landed(namespace, name) {
      const selector = encodeURIComponent(`${GROUP}/name=${name},${GROUP}/namespace=${namespace}`);
      const lists = KINDS.map((kind) => cluster.list(`${kind}?labelSelector=${selector}`));
      return (await Promise.all(lists)).flat().map(({ metadata }) => metadata.namespace ?? "");
    },
    async remove(namespace, name) {
      await cluster.remove(path(namespace, name));
      await eventually(
        `${namespace}/${name} is gone`,
        async () => (await cluster.get(path(namespace, name))) === undefined,
      );
    },
  };
}
