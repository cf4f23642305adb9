// Whether a certificate from elsewhere, its key and its authorities can be served, and why not.
import { createPrivateKey, X509Certificate } from "node:crypto";
import { SERVER_AUTH } from "./leaf.ts";
import { certificatesIn } from "./pem.ts";
import type { ServingCertificate } from "./source.ts";
import { covers, isValid, signs } from "./x509.ts";

interface Opened {
  leaf: X509Certificate;
  /** What stands behind the leaf in the same file. */
  intermediates: X509Certificate[];
  authorities: X509Certificate[];
  key: string;
  names: readonly string[];
  now: number;
}

interface Check {
  name: string;
  fails(pair: Opened): boolean;
}

/** In order: a check relies on those above it. */
const CHECKS: readonly Check[] = [
  { name: "key does not match certificate", fails: (p) => !p.leaf.checkPrivateKey(createPrivateKey(p.key)) },
  { name: "certificate is not signed by an authority of ca.crt", fails: (p) => !isSigned(p) },
  { name: "certificate is not for servers", fails: (p) => isForOthers(p.leaf) },
  { name: "certificate has none of the names", fails: (p) => !p.names.some((name) => covers(p.leaf, name)) },
  { name: "certificate is not valid now", fails: (p) => !isValid(p.leaf, p.now) },
];

/** The first check that fails; `undefined`: it can be served. `names` are those that callers call by, `now` is ms. */
export function objection(
  { certificate, key, ca }: ServingCertificate,
  { names, now }: { names: readonly string[]; now: number },
): string | undefined {
  const chain = read(certificate);
  const authorities = read(ca);
  const [leaf, ...intermediates] = chain ?? [];
  if (leaf === undefined) return "certificate is unreadable";
  if (authorities === undefined || authorities.length === 0) return "ca.crt is unreadable";
  if (!keyIsReadable(key)) return "key is unreadable";
  return CHECKS.find((check) => check.fails({ leaf, intermediates, authorities, key, names, now }))?.name;
}

function read(pem: string): X509Certificate[] | undefined {
  try {
    return certificatesIn(pem).map((block) => new X509Certificate(block));
  } catch {
    return undefined;
  }
}

function keyIsReadable(key: string): boolean {
  try {
    return createPrivateKey(key).type === "private";
  } catch {
    return false;
  }
}

/** Each certificate of the file is signed by the one behind it, until one is signed by, or is, an authority. */
function isSigned({ leaf, intermediates, authorities }: Opened): boolean {
  let top = leaf;
  for (const next of intermediates) {
    if (authorities.some((authority) => signs(authority, top))) return true;
    if (!signs(next, top)) return false;
    top = next;
  }
  return authorities.some((authority) => authority.raw.equals(top.raw) || signs(authority, top));
}

/** A certificate that names no use is for every use. */
function isForOthers({ keyUsage }: { keyUsage: readonly string[] | undefined }): boolean {
  return keyUsage !== undefined && !keyUsage.includes(SERVER_AUTH);
}
