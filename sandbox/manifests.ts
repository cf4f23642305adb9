// What manifests/ puts into a cluster, with the one change that a sandbox needs: webhooks are called by URL, since no Service has endpoints here.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseAllDocuments } from "yaml";
import type { Sandbox } from "./sandbox.ts";

const MANIFESTS = fileURLToPath(new URL("../manifests", import.meta.url));

export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
  webhooks?: { name: string; clientConfig: { service?: { path: string }; url?: string; caBundle?: string } }[];
}

/** Folder of manifests/: `.` is without the generator. */
export type Overlay = "." | "generator" | "overlays/cert-manager";

/** The rendered manifests, as `kubectl apply -k` would send them. */
export async function renderManifests(sandbox: Pick<Sandbox, "kubectl">, overlay: Overlay = "."): Promise<Manifest[]> {
  const { code, stdout, stderr } = await sandbox.kubectl(["kustomize", join(MANIFESTS, overlay)]);
  if (code !== 0) throw new Error(`render manifests: ${stderr.trim()}`);
  return parseAllDocuments(stdout).map((document) => document.toJS() as Manifest);
}

/** Everything but the webhook configurations, or these alone with `webhookPort`: Landlord is started in between. */
export async function applyManifests(
  sandbox: Sandbox,
  { webhookPort, overlay = "." }: { webhookPort?: number; overlay?: Overlay } = {},
): Promise<void> {
  const rendered = await renderManifests(sandbox, overlay);
  const chosen = rendered.filter(({ webhooks }) => (webhooks === undefined) === (webhookPort === undefined));
  const items = webhookPort === undefined ? chosen : chosen.map((manifest) => callByUrl(manifest, webhookPort));
  const list = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  const { code, stderr } = await sandbox.kubectl(["apply", "--server-side", "-f", "-"], { input: list });
  if (code !== 0) throw new Error(`apply manifests: ${stderr.trim()}`);
}

function callByUrl(manifest: Manifest, port: number): Manifest {
  const webhooks = (manifest.webhooks ?? []).map((webhook) => {
    const { path = "/" } = webhook.clientConfig.service ?? {};
    return { ...webhook, clientConfig: { url: `https://127.0.0.1:${port}${path}` } };
  });
  return { ...manifest, webhooks };
}
