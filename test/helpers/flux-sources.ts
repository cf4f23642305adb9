// Sources without source-controller: GitRepositories whose content a test writes, and a server for their archives.
// What a Kustomization applies is what the status of its source says, so nothing else is needed.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Api, createApi } from "../../sandbox/api.ts";
import { put, putServiceAccount, serviceAccountToken } from "../../sandbox/objects.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { type Files, tarGz } from "./tar.ts";

const GROUP = "source.toolkit.fluxcd.io";
/** Who writes sources' status in a cluster with Flux. */
const WRITER = { namespace: "flux-system", name: "source-controller" };

export interface SourceName {
  namespace: string;
  name: string;
}

export interface FluxSources {
  /** Makes a GitRepository that holds these files. Gives its revision. */
  create(source: SourceName, files: Files): Promise<string>;
  /** Gives it other files, as a new revision. `digest`: what its status says of the archive instead of the truth. */
  publish(source: SourceName, files: Files, options?: { digest?: string }): Promise<string>;
  /** Lays a file where the server has it; gives its URL. */
  serve(path: string, content: string | Buffer): string;
  /** Paths that were asked for, in order. */
  readonly asked: readonly string[];
  stop(): void;
}

export async function startFluxSources(sandbox: Sandbox): Promise<FluxSources> {
  const api = await asWriter(sandbox);
  const served = new Map<string, string | Buffer>();
  const asked: string[] = [];
  const server = createServer(({ url = "" }, response) => {
    asked.push(url);
    const content = served.get(url);
    response.statusCode = content === undefined ? 404 : 200;
    response.end(content);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const serve: FluxSources["serve"] = (path, content) => {
    served.set(path, content);
    return `http://127.0.0.1:${port}${path}`;
  };
  const publish: FluxSources["publish"] = async ({ namespace, name }, files, { digest } = {}) => {
    const archive = tarGz(files);
    const hash = createHash("sha256").update(archive).digest("hex");
    const path = `/${namespace}/${name}/${hash}.tar.gz`;
    const revision = `main@sha1:${hash.slice(0, 40)}`;
    await api
      .call({
        method: "PATCH",
        path: `${pathOf(namespace)}/${name}/status`,
        contentType: "application/merge-patch+json",
        body: {
          status: statusOf({
            path,
            revision,
            url: serve(path, archive),
            size: archive.length,
            digest: digest ?? `sha256:${hash}`,
          }),
        },
      })
      .then(expectOk);
    return revision;
  };
  return {
    async create(source, files) {
      await sandbox.api
        .call({ method: "POST", path: pathOf(source.namespace), body: gitRepository(source) })
        .then(expectOk);
      return publish(source, files);
    },
    publish,
    serve,
    asked,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

const pathOf = (namespace: string): string => `/apis/${GROUP}/v1/namespaces/${namespace}/gitrepositories`;

const gitRepository = ({ name }: SourceName): object => ({
  apiVersion: `${GROUP}/v1`,
  kind: "GitRepository",
  metadata: { name },
  spec: { interval: "1h", url: "https://git.example.invalid/tenants.git" },
});

interface Artifact {
  path: string;
  url: string;
  digest: string;
  revision: string;
  size: number;
}

function statusOf(artifact: Artifact): object {
  const now = `${new Date().toISOString().slice(0, 19)}Z`;
  const ready = { type: "Ready", status: "True", reason: "Succeeded", message: "stored", lastTransitionTime: now };
  return { observedGeneration: 1, artifact: { ...artifact, lastUpdateTime: now }, conditions: [ready] };
}

/** Calls as source-controller, with the rights that Flux gives it on sources. */
async function asWriter({ api, server, ca }: Sandbox): Promise<Api> {
  await putServiceAccount(api, WRITER);
  const rbac = "/apis/rbac.authorization.k8s.io/v1";
  const head = { apiVersion: "rbac.authorization.k8s.io/v1", metadata: { name: WRITER.name } };
  await put(api, `${rbac}/clusterroles`, {
    ...head,
    kind: "ClusterRole",
    rules: [{ apiGroups: [GROUP], resources: ["*"], verbs: ["*"] }],
  });
  await put(api, `${rbac}/clusterrolebindings`, {
    ...head,
    kind: "ClusterRoleBinding",
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: WRITER.name },
    subjects: [{ kind: "ServiceAccount", ...WRITER }],
  });
  return createApi({ server, ca, token: await serviceAccountToken(api, WRITER) });
}

function expectOk({ status, text }: { status: number; text: string }): void {
  if (status >= 300) throw new Error(`write a source: status ${status}: ${text}`);
}
