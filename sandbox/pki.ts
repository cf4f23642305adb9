// The keys of one sandbox: an authority and the apiserver's certificate from certs/, and the pair that signs ServiceAccount tokens.
import { generateKeyPairSync } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createAuthority } from "../certs/authority.ts";
import { issueLeaf } from "../certs/leaf.ts";

/** Files, relative to the sandbox's directory. */
export const PKI = {
  ca: "pki/ca.crt",
  certificate: "pki/apiserver.crt",
  key: "pki/apiserver.key",
  tokenSigner: "pki/sa.key",
  tokenVerifier: "pki/sa.pub",
  /** Of the certificate that webhooks are shown, where they are shown one. */
  webhookCa: "pki/webhook-client-ca.crt",
  /** Written by the control plane: who may come in. */
  tokens: "pki/tokens.csv",
} as const;

const LIFE_MS = 365 * 24 * 60 * 60_000;
const NAMES = ["127.0.0.1", "localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "10.0.0.1"];

/** Writes the files; gives the authority's certificate (PEM). */
export async function createPki(directory: string, now: number = Date.now()): Promise<string> {
  const authority = createAuthority({ commonName: "landlord-sandbox", now });
  const leaf = issueLeaf(authority, { names: NAMES, now, lifeMs: LIFE_MS, commonName: "kube-apiserver" });
  const tokens = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const files: [path: string, content: string | Buffer][] = [
    [PKI.ca, authority.certificate],
    [PKI.certificate, leaf.certificate],
    [PKI.key, leaf.key],
    [PKI.tokenSigner, tokens.privateKey.export({ type: "sec1", format: "pem" })],
    [PKI.tokenVerifier, tokens.publicKey.export({ type: "spki", format: "pem" })],
  ];
  await mkdir(join(directory, "pki"));
  await Promise.all(files.map(([path, content]) => writeFile(join(directory, path), content, { mode: 0o600 })));
  return authority.certificate;
}
