// By which certificate kube-apiserver makes itself known to webhooks: the AdmissionConfiguration and the kubeconfig that it needs.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createAuthority } from "../../certs/authority.ts";
import { issueClientLeaf } from "../../certs/leaf.ts";
import { PKI } from "../pki.ts";

export interface WebhookClient {
  /** Common name of the certificate. */
  name: string;
  /** To whom it is shown: `name.namespace.svc`, or host and port of a webhook's url. */
  hosts: readonly string[];
}

const LIFE_MS = 24 * 60 * 60_000;
const CONFIGURATION = "admission-control.json";
const KUBECONFIG = "webhooks.kubeconfig";

/** Writes the files; gives the flags. JSON is YAML, so no library is needed. */
export async function admissionControlFlags(
  directory: string,
  client: WebhookClient | undefined,
  now: number = Date.now(),
): Promise<string[]> {
  if (client === undefined) return [];
  const authority = createAuthority({ commonName: "landlord-sandbox-webhooks", now, lifeMs: LIFE_MS });
  const leaf = issueClientLeaf(authority, { commonName: client.name, now, lifeMs: LIFE_MS });
  const kubeConfigFile = join(directory, KUBECONFIG);
  const files: [path: string, content: string][] = [
    [PKI.webhookCa, authority.certificate],
    [KUBECONFIG, text(kubeconfig(client.hosts, leaf))],
    [CONFIGURATION, text(configuration(kubeConfigFile))],
  ];
  await Promise.all(files.map(([path, content]) => writeFile(join(directory, path), content, { mode: 0o600 })));
  return [`--admission-control-config-file=${join(directory, CONFIGURATION)}`];
}

const configuration = (kubeConfigFile: string): object => ({
  apiVersion: "apiserver.config.k8s.io/v1",
  kind: "AdmissionConfiguration",
  plugins: ["ValidatingAdmissionWebhook", "MutatingAdmissionWebhook"].map((name) => ({
    name,
    configuration: {
      apiVersion: "apiserver.config.k8s.io/v1",
      kind: "WebhookAdmissionConfiguration",
      kubeConfigFile,
    },
  })),
});

/** A user is a host here. */
function kubeconfig(hosts: readonly string[], { certificate, key }: { certificate: string; key: string }): object {
  const user = { "client-certificate-data": base64(certificate), "client-key-data": base64(key) };
  return { apiVersion: "v1", kind: "Config", users: hosts.map((name) => ({ name, user })) };
}

const text = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;
const base64 = (pem: string): string => Buffer.from(pem).toString("base64");
