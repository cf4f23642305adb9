// Whether a webhook configuration trusts an authority, and the patch that makes it so. Decides only; ca-bundle.ts acts.
import type { KubeObject } from "../model/kube-object.ts";

/** A Mutating- or ValidatingWebhookConfiguration, as far as trust goes. */
export interface WebhookConfiguration extends KubeObject {
  webhooks?: { name: string; clientConfig: { url?: string; service?: object; caBundle?: string } }[];
}

type Operation = { op: "test" | "add"; path: string; value: string };

/** True if there are entries and each one's bundle holds every certificate of `ca` (PEM), whatever else it holds. */
export function trusts({ webhooks = [] }: WebhookConfiguration, ca: string): boolean {
  const wanted = certificatesOf(ca);
  return (
    webhooks.length > 0 &&
    wanted.length > 0 &&
    webhooks.every(({ clientConfig }) => {
      const held = new Set(certificatesOf(decode(clientConfig.caBundle)));
      return wanted.every((certificate) => held.has(certificate));
    })
  );
}

/** JSON Patch that gives every entry exactly `ca`, and nothing else; empty where all is well. An entry that moved meanwhile fails its `test`. */
export function trustPatch({ webhooks = [] }: WebhookConfiguration, ca: string): Operation[] {
  const value = Buffer.from(ca, "utf8").toString("base64");
  return webhooks.flatMap(({ name, clientConfig }, index): Operation[] =>
    clientConfig.caBundle === value
      ? []
      : [
          { op: "test", path: `/webhooks/${index}/name`, value: name },
          { op: "add", path: `/webhooks/${index}/clientConfig/caBundle`, value },
        ],
  );
}

const decode = (base64 = ""): string => Buffer.from(base64, "base64").toString("latin1");

/** The certificates of a PEM text, each as its base64 without line ends. */
function certificatesOf(pem: string): string[] {
  const blocks = pem.matchAll(/-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g);
  return Array.from(blocks, ([, base64 = ""]) => base64.replaceAll(/\s+/g, ""));
}
