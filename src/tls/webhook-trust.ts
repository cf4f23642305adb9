// Whether a webhook configuration trusts an authority, and the patch that makes it so. Decides only; ca-bundle.ts acts.
import { certificatesIn, joinCertificates } from "../../certs/pem.ts";
import type { KubeObject } from "../model/kube-object.ts";

/** A Mutating- or ValidatingWebhookConfiguration, as far as trust goes. */
export interface WebhookConfiguration extends KubeObject {
  webhooks?: { name: string; clientConfig: { url?: string; service?: object; caBundle?: string } }[];
}

type Operation = { op: "test" | "add"; path: string; value: string };

/** True if there are entries and each one's bundle holds every certificate of `ca` (PEM), whatever else it holds. */
export function trusts({ webhooks = [] }: WebhookConfiguration, ca: string): boolean {
  return webhooks.length > 0 && webhooks.every(({ clientConfig }) => !missing(decode(clientConfig.caBundle), ca));
}

/**
 * JSON Patch that gives every entry exactly `ca`, and nothing else; empty where all is well. An entry that moved meanwhile fails its
 * `test`. With `tolerate`, an entry that holds more is left alone; with `keep`, one that lacks something keeps what it has, too.
 */
export function trustPatch(
  { webhooks = [] }: WebhookConfiguration,
  ca: string,
  { keep = false, tolerate = keep }: { keep?: boolean; tolerate?: boolean } = {},
): Operation[] {
  return webhooks.flatMap(({ name, clientConfig }, index): Operation[] => {
    const held = decode(clientConfig.caBundle);
    const lacking = !tolerate || missing(held, ca);
    const value = Buffer.from(keep ? joinCertificates(ca, held) : ca, "utf8").toString("base64");
    return !lacking || clientConfig.caBundle === value
      ? []
      : [
          { op: "test", path: `/webhooks/${index}/name`, value: name },
          { op: "add", path: `/webhooks/${index}/clientConfig/caBundle`, value },
        ];
  });
}

const decode = (base64 = ""): string => Buffer.from(base64, "base64").toString("latin1");

/** `held` lacks a certificate of `ca`, or `ca` has none. */
function missing(held: string, ca: string): boolean {
  const has = new Set(certificatesIn(held).map(compact));
  const wanted = certificatesIn(ca);
  return wanted.length === 0 || !wanted.every((block) => has.has(compact(block)));
}

/** Whoever wrote it may have broken the lines elsewhere. */
const compact = (block: string): string => block.replaceAll(/\s+/g, "");
