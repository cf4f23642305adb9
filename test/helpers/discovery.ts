// What a fake API server says of the APIs that it serves, as discovery documents.
import type { KubeClient } from "../../src/kube/client.ts";
import type { KubeObject } from "../../src/model/kube-object.ts";
import { kubeError } from "./kube-fake.ts";

/** By group, its versions in the server's order with the plurals that each serves. `preferred`: another than the first. */
export type Apis = Record<string, { versions: Record<string, readonly string[]>; preferred?: string }>;

export const KUSTOMIZE_API: Apis = { "kustomize.toolkit.fluxcd.io": { versions: { v1: ["kustomizations"] } } };
export const RBAC_API: Apis = {
  "rbac.authorization.k8s.io": { versions: { v1: ["rolebindings", "clusterrolebindings", "roles"] } },
};

/** Answers GET of `/apis/<group>` and `/apis/<group>/<version>`; everything else is a 404. */
export function discoveryOf(apis: Apis, asked: string[] = []): Pick<KubeClient, "getPath"> {
  return {
    async getPath(path) {
      asked.push(path);
      const [, root, group = "", version] = path.split("/");
      const api = root === "apis" && Object.hasOwn(apis, group) ? apis[group] : undefined;
      if (api === undefined) throw kubeError(404, "NotFound");
      if (version === undefined) return groupDocument(group, api);
      const plurals = api.versions[version];
      if (plurals === undefined) throw kubeError(404, "NotFound");
      return { groupVersion: `${group}/${version}`, resources: plurals.map((name) => ({ name })) };
    },
  };
}

function groupDocument(name: string, { versions, preferred }: Apis[string]): object {
  const all = Object.keys(versions).map((version) => ({ version, groupVersion: `${name}/${version}` }));
  return { name, versions: all, preferredVersion: { version: preferred ?? all[0]?.version } };
}

/** Kustomizations of a namespace that break K1, K2 and K4. */
export function violating(namespace: string, count: number): KubeObject[] {
  return Array.from({ length: count }, (_, index) => ({
    apiVersion: "kustomize.toolkit.fluxcd.io/v1",
    kind: "Kustomization",
    metadata: { name: `wrong-${index}`, namespace },
    spec: { prune: true, sourceRef: { kind: "GitRepository", name: "default", namespace: "flux-system" } },
  }));
}
