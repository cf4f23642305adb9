// The webhooks' certificate as it is kept in its Secret, or in files, for the checks that look at it. Only its public half is read.
import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isNotFound } from "../../kube/errors.ts";
import { SECRET } from "../../kube/kinds.ts";
import type { Secret } from "../../model/kube-object.ts";
import type { Context } from "./check.ts";

export interface ServedCertificate {
  /** PEM; "" where the Secret lacks it. */
  ca: string;
  certificate: string;
}

/** Undefined: there is no such Secret. Throws where the files cannot be read. */
export async function servedCertificate({
  cluster,
  settings,
}: Pick<Context, "cluster" | "settings">): Promise<ServedCertificate | undefined> {
  if (settings.certificateFiles !== undefined) return await fromFiles(settings.certificateFiles);
  try {
    const ref = { namespace: settings.namespace, name: settings.certificateSecret };
    const { data = {} } = await cluster.get<Secret>(SECRET, ref);
    return { ca: decode(data["ca.crt"]), certificate: decode(data["tls.crt"]) };
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

async function fromFiles(directory: string): Promise<ServedCertificate> {
  const [ca, certificate] = await Promise.all(
    ["ca.crt", "tls.crt"].map((name) => readFile(join(directory, name), "utf8")),
  );
  return { ca: ca ?? "", certificate: certificate ?? "" };
}

/** Whether it is in a Secret without a CA's key, which whoever made it keeps and renews. False where that cannot be told. */
export async function isOthersCertificate({
  cluster,
  settings,
}: Pick<Context, "cluster" | "settings">): Promise<boolean> {
  try {
    const ref = { namespace: settings.namespace, name: settings.certificateSecret };
    const { data = {} } = await cluster.get<Secret>(SECRET, ref);
    return Object.hasOwn(data, "tls.crt") && !Object.hasOwn(data, "ca.key");
  } catch {
    return false;
  }
}

/** The certificates of a PEM text, in its order; what cannot be read is left out. */
export function readCertificates(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.flatMap((block) => {
    try {
      return [new X509Certificate(block)];
    } catch {
      return [];
    }
  });
}

const decode = (base64 = ""): string => Buffer.from(base64, "base64").toString("utf8");
