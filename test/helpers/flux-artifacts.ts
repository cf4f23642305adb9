// What may lie in a tenant's repository: files of one object, plain or bent so that it goes elsewhere than its Kustomization says.
import type { Files } from "./tar.ts";

const yaml = (object: object): string => `${JSON.stringify(object, null, 2)}\n`;

export const configMap = (name: string, namespace?: string): string =>
  yaml({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    data: { where: namespace ?? "" },
  });

/** A ConfigMap alone; `namespace`: what it says of itself. */
export const plain = (name: string, namespace?: string): Files => ({ "config-map.yaml": configMap(name, namespace) });

/** A ConfigMap and a kustomization.yaml with further fields, and files that these refer to. */
const built = (name: string, fields: object, files: Files = {}): Files => ({
  ...plain(name),
  "kustomization.yaml": yaml({
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    resources: ["config-map.yaml"],
    ...fields,
  }),
  ...files,
});

const SOURCE = { group: "source.toolkit.fluxcd.io", version: "v1", kind: "GitRepository" };

/** A schema by which GitRepositories belong to no namespace. */
const CLUSTER_WIDE = yaml({
  swagger: "2.0",
  paths: {
    [`/apis/${SOURCE.group}/${SOURCE.version}/gitrepositories`]: {
      get: { "x-kubernetes-action": "list", "x-kubernetes-group-version-kind": SOURCE },
    },
  },
});

const gitRepository = (name: string, namespace: string): string =>
  yaml({
    apiVersion: `${SOURCE.group}/${SOURCE.version}`,
    kind: SOURCE.kind,
    metadata: { name, namespace },
    spec: { interval: "1h", url: "https://git.example.invalid/tenants.git" },
  });

/** Each sends its object to `namespace`, whatever the Kustomization's targetNamespace says. By what it does that with. */
export const BENT: Readonly<Record<string, (name: string, namespace: string) => Files>> = {
  transformers: (name, namespace) =>
    built(
      name,
      { transformers: ["transformer.yaml"] },
      {
        "transformer.yaml": yaml({
          apiVersion: "builtin",
          kind: "NamespaceTransformer",
          metadata: { name: "last", namespace },
          fieldSpecs: [{ path: "metadata/namespace", create: true }],
        }),
      },
    ),
  patchesJson6902: (name, namespace) => {
    const patch = yaml([{ op: "replace", path: "/metadata/namespace", value: namespace }]);
    return built(name, { patchesJson6902: [{ target: { version: "v1", kind: "ConfigMap", name }, patch }] });
  },
  replacements: (name, namespace) => ({
    ...built(name, {
      replacements: [
        {
          source: { kind: "ConfigMap", name, fieldPath: "data.where" },
          targets: [{ select: { kind: "ConfigMap", name }, fieldPaths: ["metadata.namespace"] }],
        },
      ],
    }),
    ...plain(name, namespace),
  }),
  openapi: (name, namespace) =>
    built(
      name,
      { resources: ["git-repository.yaml"], openapi: { path: "schema.json" } },
      { "git-repository.yaml": gitRepository(name, namespace), "schema.json": CLUSTER_WIDE },
    ),
};
