// Short words for what suites do with ApplicationSets: make one, look at what came of it, have it looked at again.
import { randomUUID } from "node:crypto";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { Condition, KubeObject } from "../../src/model/kube-object.ts";
import { clusterOf } from "./cluster.ts";

const ARGO = "/apis/argoproj.io/v1alpha1/namespaces/argocd";

export interface Application extends KubeObject {
  metadata: Omit<KubeObject["metadata"], "ownerReferences"> & { name: string; ownerReferences?: { name: string }[] };
  spec: {
    project: string;
    source: { repoURL: string; path: string };
    destination: { name?: string; namespace: string };
  };
}

interface ApplicationSet extends KubeObject {
  status?: { conditions?: Condition[] };
}

export interface ApplicationSets {
  /** `template`: of each Application; `spec`: on top of what every set here has. */
  create(name: string, set: { generators: object[]; template: object; spec?: object }): Promise<void>;
  /** Merge patch of its spec. */
  change(name: string, spec: object): Promise<void>;
  /** Its Applications by name, without those that are being deleted. */
  applications(name: string): Promise<Application[]>;
  names(name: string): Promise<string[]>;
  condition(name: string, type: string): Promise<Condition | undefined>;
  /** Has the controller ask its generators again, now. */
  refresh(name: string): Promise<void>;
}

export function applicationSetsOf(sandbox: () => Sandbox): ApplicationSets {
  const cluster = clusterOf(sandbox);
  const pathOf = (name: string): string => `${ARGO}/applicationsets/${name}`;
  const applications = async (name: string): Promise<Application[]> => {
    const all = await cluster.list<Application>(`${ARGO}/applications`);
    return all
      .filter(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.name === name))
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  };
  return {
    async create(name, { generators, template, spec = {} }) {
      await cluster.create(`${ARGO}/applicationsets`, {
        apiVersion: "argoproj.io/v1alpha1",
        kind: "ApplicationSet",
        metadata: { name },
        spec: {
          goTemplate: true,
          goTemplateOptions: ["missingkey=error"],
          syncPolicy: { preserveResourcesOnDeletion: true }, // nobody is here who would end an Application's deletion
          generators,
          template,
          ...spec,
        },
      });
    },
    change: (name, spec) => cluster.patch(pathOf(name), { spec }),
    applications,
    names: async (name) => (await applications(name)).map(({ metadata }) => metadata.name),
    async condition(name, type) {
      const set = await cluster.get<ApplicationSet>(pathOf(name));
      return set?.status?.conditions?.find((condition) => condition.type === type);
    },
    // after a reconcile that failed the annotation stays, and setting it to the same value would be no change
    refresh: (name) =>
      cluster.patch(pathOf(name), {
        metadata: { annotations: { "argocd.argoproj.io/application-set-refresh": randomUUID() } },
      }),
  };
}

/** An Application of its own per element of a generator, named by the element's key. */
export const templateBy = (key: string) => ({
  metadata: { name: `{{ .${key} }}` },
  spec: {
    project: "default",
    source: { repoURL: "https://git.example.invalid/tenants.git", path: `{{ .${key} }}`, targetRevision: "HEAD" },
    destination: { name: "in-cluster", namespace: `{{ .${key} }}` },
  },
});
