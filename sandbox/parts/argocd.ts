// Argo CD's ApplicationSet controller alone: it makes Applications, which nobody syncs here. It runs by the rights that Argo CD gives it.
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Api } from "../api.ts";
import { apply, put, putServiceAccount, serviceAccountToken } from "../objects.ts";
import type { Part, Program } from "../part.ts";
import { freePort, isListening, unlessTaken } from "../port.ts";
import { createSwitch } from "../switch.ts";
import { portTaken } from "./apiserver.ts";
import { type ArgocdFiles, CONTROLLER, findArgocd } from "./argocd-files.ts";
import type { ControlPlane } from "./control-plane.ts";

const NAMESPACE = "argocd";
const CORE = `/api/v1/namespaces/${NAMESPACE}`;
const RBAC = `/apis/rbac.authorization.k8s.io/v1/namespaces/${NAMESPACE}`;
const ARGO = `/apis/argoproj.io/v1alpha1/namespaces/${NAMESPACE}`;
/** Without it Argo CD looks at neither ConfigMaps nor Secrets. */
const PART_OF = { "app.kubernetes.io/part-of": "argocd" };

export interface Plugin {
  /** Of the ConfigMap that ApplicationSets refer to. */
  name: string;
  /** Where `/api/v1/getparams.execute` is. */
  baseUrl: string;
  token: string;
  /** Default 30. */
  requestTimeoutSeconds?: number;
}

export interface Argocd {
  /** Where it looks for ApplicationSets, and what they refer to: `argocd`. */
  readonly namespace: string;
  /** Makes a generator plugin known, or changes it: a ConfigMap, and a Secret of the same name with its token. */
  setPlugin(plugin: Plugin): Promise<void>;
  /** Makes a cluster known by name, beside `in-cluster`, so that Applications may have it as their destination. Nobody calls it. */
  setCluster(cluster: { name: string; server: string }): Promise<void>;
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** It needs the CRDs of Argo CD in the cluster. */
export const ARGOCD: Part<ArgocdFiles, Argocd, ControlPlane> = {
  name: "argocd",
  find: findArgocd,

  async start({ controller, role }, room, { api, kubeconfig }) {
    await furnish(api, await readFile(role, "utf8"));
    const token = await serviceAccountToken(api, { namespace: NAMESPACE, name: CONTROLLER });
    const start = () =>
      unlessTaken(portTaken, async () => {
        const ports = { probe: await freePort(), webhook: await freePort() };
        return room.start(program({ controller, kubeconfig: kubeconfig({ token }), ports }));
      });
    const { on, off } = createSwitch(start, { running: await start() });
    return {
      namespace: NAMESPACE,
      setPlugin: (plugin) => setPlugin(api, plugin),
      setCluster: (cluster) => setCluster(api, cluster),
      start: on,
      stop: off,
    };
  },
};

interface Line {
  controller: string;
  kubeconfig: string;
  ports: { probe: number; webhook: number };
}

/** Ready when its probe door is open; `/readyz` itself is 404, for nothing registers there. */
const program = ({ controller, kubeconfig, ports }: Line): Program => ({
  name: CONTROLLER,
  command: controller,
  args: [
    `--namespace=${NAMESPACE}`,
    "--metrics-addr=127.0.0.1:0",
    `--probe-addr=127.0.0.1:${ports.probe}`,
    `--webhook-addr=127.0.0.1:${ports.webhook}`,
    "--logformat=text",
    "--loglevel=debug",
  ],
  env: { KUBECONFIG: kubeconfig }, // of its two configurations one knows no flag
  ready: () => isListening(ports.probe),
});

/** The namespace, the controller's identity with its rights, its settings, and the project that is there by default. */
async function furnish(api: Api, role: string): Promise<void> {
  await putServiceAccount(api, { namespace: NAMESPACE, name: CONTROLLER });
  await apply(api, `${RBAC}/roles/${CONTROLLER}`, role);
  await put(api, `${RBAC}/rolebindings`, {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: { name: CONTROLLER },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: CONTROLLER },
    subjects: [{ kind: "ServiceAccount", name: CONTROLLER, namespace: NAMESPACE }],
  });
  // without its settings it does not know the cluster `in-cluster`
  await putConfigMap(api, "argocd-cm", {});
  await putSecret(api, "argocd-secret", { "server.secretkey": randomBytes(32).toString("base64") });
  await put(api, `${ARGO}/appprojects`, {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "AppProject",
    metadata: { name: "default" },
    spec: { sourceRepos: ["*"], destinations: [{ server: "*", namespace: "*" }] },
  });
}

async function setPlugin(api: Api, plugin: Plugin): Promise<void> {
  const { name, baseUrl, token, requestTimeoutSeconds = 30 } = plugin;
  await putSecret(api, name, { token });
  await putConfigMap(api, name, { baseUrl, token: `$${name}:token`, requestTimeout: String(requestTimeoutSeconds) });
}

const setCluster = (api: Api, { name, server }: { name: string; server: string }): Promise<void> =>
  putSecret(api, `cluster-${name}`, { name, server, config: "{}" }, { "argocd.argoproj.io/secret-type": "cluster" });

const putConfigMap = (api: Api, name: string, data: Record<string, string>): Promise<void> =>
  put(api, `${CORE}/configmaps`, { apiVersion: "v1", kind: "ConfigMap", metadata: { name, labels: PART_OF }, data });

function putSecret(api: Api, name: string, values: Record<string, string>, labels: object = PART_OF): Promise<void> {
  const encoded = Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString("base64")]);
  const data = Object.fromEntries(encoded);
  return put(api, `${CORE}/secrets`, { apiVersion: "v1", kind: "Secret", metadata: { name, labels }, data });
}
