// The certificate store in a Secret, so that replicas share one authority. Whether what it holds is any good is not its question.
import type { CertificateBundle, CertificateStore } from "../../certs/store.ts";
import type { KubeClient } from "../kube/client.ts";
import { isAlreadyExists, isConflict, isNotFound } from "../kube/errors.ts";
import { SECRET } from "../kube/kinds.ts";
import type { Secret } from "../model/kube-object.ts";
import { MANAGED_BY, MANAGED_BY_LABEL } from "../model/labels.ts";

/** A Secret of type kubernetes.io/tls with `ca.crt`, `ca.key` and what a change of the authority needs besides; one that exists keeps its type, labels and other keys. */
export function createSecretStore(options: { client: KubeClient; namespace: string; name: string }): CertificateStore {
  const { client, namespace, name } = options;
  const fresh: Secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace, labels: { [MANAGED_BY_LABEL]: MANAGED_BY } },
    type: "kubernetes.io/tls",
  };
  /** As last read: what a write over that very version must leave as it is. */
  let seen: Secret | undefined;

  async function get(): Promise<Secret | undefined> {
    try {
      return await client.get<Secret>(SECRET, { namespace, name });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  return {
    async read() {
      seen = await get();
      return seen && { bundle: bundleOf(seen), version: versionOf(seen) };
    },

    async write(bundle, version) {
      const under = version === undefined ? fresh : seen;
      if (under === undefined || (version !== undefined && versionOf(under) !== version)) return false;
      const secret = { ...under, data: { ...foreign(under), ...dataOf(bundle) } };
      try {
        await (version === undefined ? client.create(SECRET, secret) : client.replace(SECRET, secret));
        return true;
      } catch (error) {
        // deleted meanwhile counts as well: the next read finds nothing there
        if (isAlreadyExists(error) || isConflict(error) || isNotFound(error)) return false;
        throw error;
      }
    },
  };
}

const versionOf = (secret: Secret): string => secret.metadata.resourceVersion ?? "";

/** The keys of the Secret that are the store's own. */
const KEYS = ["tls.crt", "tls.key", "ca.crt", "ca.key", "next-ca.crt", "next-ca.key", "former-until"] as const;

function dataOf({ certificate, key, ca, caKey, next, formerUntil }: CertificateBundle): Record<string, string> {
  const texts: Partial<Record<(typeof KEYS)[number], string>> = {
    "tls.crt": certificate,
    "tls.key": key,
    "ca.crt": ca,
    "ca.key": caKey,
    ...(next && { "next-ca.crt": next.certificate, "next-ca.key": next.key }),
    ...(formerUntil !== undefined && { "former-until": new Date(formerUntil).toISOString() }),
  };
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, encode(text)]));
}

/** What is missing is "": the checks of the bundle find it unreadable. */
function bundleOf({ data = {} }: Secret): CertificateBundle {
  const part = (key: (typeof KEYS)[number]): string => decode(data[key] ?? "");
  const next = { certificate: part("next-ca.crt"), key: part("next-ca.key") };
  const formerUntil = Date.parse(part("former-until"));
  return {
    certificate: part("tls.crt"),
    key: part("tls.key"),
    ca: part("ca.crt"),
    caKey: part("ca.key"),
    ...(next.certificate + next.key === "" ? {} : { next }),
    ...(Number.isNaN(formerUntil) ? {} : { formerUntil }),
  };
}

/** What others keep in the same Secret. */
const foreign = ({ data = {} }: Secret): Record<string, string> =>
  Object.fromEntries(Object.entries(data).filter(([name]) => !KEYS.some((key) => key === name)));

const encode = (text: string): string => Buffer.from(text, "utf8").toString("base64");
const decode = (base64: string): string => Buffer.from(base64, "base64").toString("utf8");
