// Whether a stored bundle must be replaced or renewed, and why. It says so; making the new one is succession.ts's part.
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { openAuthority, type Signer } from "./authority.ts";
import { SERVER_AUTH } from "./leaf.ts";
import { certificatesIn } from "./pem.ts";
import type { Trusted } from "./source.ts";
import type { CertificateBundle } from "./store.ts";
import { covers, isValid, signs } from "./x509.ts";

const RENEWAL_SHARE = 2 / 3;

/**
 * What is to be done: `authority` makes everything anew, `leaf` a leaf; `next` makes the authority that is to follow, `switch`
 * lets it sign; `former` ends the trust in those that signed before.
 */
export type Remedy = "authority" | "leaf" | "next" | "switch" | "former";

export interface Finding {
  /** The name of the check that failed: half a line of reason. */
  reason: string;
  renew: Remedy;
  /** The stored leaf may be served until its successor is there. */
  servable: boolean;
}

export interface Circumstances {
  /** DNS names and IP addresses that the leaf must be good for. */
  names: readonly string[];
  /** Milliseconds since 1970. */
  now: number;
  trusted: Trusted;
}

/** The first check that fails; `undefined`: nothing is to be done. */
export function inspect(bundle: CertificateBundle, circumstances: Circumstances): Finding | undefined {
  const stored = open(bundle, circumstances);
  const unusable = UNUSABLE.find((check) => fails(check, stored));
  if (unusable) return { reason: unusable.name, renew: unusable.renew, servable: false };
  const due = DUE.find((check) => fails(check, stored));
  return due && { reason: due.name, renew: due.renew, servable: true };
}

interface Check {
  name: string;
  renew: Remedy;
  fails(stored: Stored): boolean;
}

/** What forbids to serve it. In order: a check relies on those above it. */
const UNUSABLE: readonly Check[] = [
  { name: "authority is unreadable", renew: "authority", fails: (s) => !s.ca() || !s.caKey() },
  { name: "authority's key does not match", renew: "authority", fails: (s) => !s.ca().checkPrivateKey(s.caKey()) },
  { name: "authority was not made here", renew: "authority", fails: (s) => !s.authority() },
  { name: "authority is not valid now", renew: "authority", fails: (s) => !isValid(s.ca(), s.now) },
  { name: "certificate is unreadable", renew: "leaf", fails: (s) => !s.leaf() || !s.key() },
  { name: "key does not match", renew: "leaf", fails: (s) => !s.leaf().checkPrivateKey(s.key()) },
  { name: "certificate is not signed by the authority", renew: "leaf", fails: (s) => !signs(s.ca(), s.leaf()) },
  { name: "certificate is not for servers", renew: "leaf", fails: (s) => !s.leaf().keyUsage?.includes(SERVER_AUTH) },
  { name: "certificate is not valid now", renew: "leaf", fails: (s) => !isValid(s.leaf(), s.now) },
];

/** What calls for a successor while it is served. A next authority that nobody trusts yet holds up none of the others. */
const DUE: readonly Check[] = [
  { name: "next authority is unusable", renew: "next", fails: (s) => s.bundle.next !== undefined && !isReady(s) },
  { name: "next authority is trusted", renew: "switch", fails: (s) => s.nextIsTrusted() },
  { name: "authority is past two thirds of its life", renew: "next", fails: (s) => !s.bundle.next && isDue(s.ca(), s) },
  { name: "certificate lacks a name", renew: "leaf", fails: (s) => !s.names.every((name) => covers(s.leaf(), name)) },
  { name: "certificate is past two thirds of its life", renew: "leaf", fails: (s) => isDue(s.leaf(), s) },
  { name: "former authorities have no leaf in use", renew: "former", fails: (s) => s.formers() > 0 && !isHeld(s) },
];

function fails(check: Check, stored: Stored): boolean {
  try {
    return check.fails(stored);
  } catch {
    return true; // what cannot be read, fails; why it cannot is no more than a parser's remark about foreign bytes
  }
}

interface Stored extends Circumstances {
  bundle: CertificateBundle;
  ca: () => X509Certificate;
  caKey: () => KeyObject;
  authority: () => Signer;
  leaf: () => X509Certificate;
  key: () => KeyObject;
  nextIsTrusted: () => boolean;
  /** How many authorities are trusted besides the one that signs and the next one. */
  formers: () => number;
}

/** The parts are parsed when a check asks for them, and throw if they cannot be. */
function open(bundle: CertificateBundle, circumstances: Circumstances): Stored {
  const { next } = bundle;
  return {
    ...circumstances,
    bundle,
    ca: () => new X509Certificate(bundle.ca),
    caKey: () => createPrivateKey(bundle.caKey),
    authority: () => openAuthority({ certificate: bundle.ca, key: bundle.caKey }),
    leaf: () => new X509Certificate(bundle.certificate),
    key: () => createPrivateKey(bundle.key),
    nextIsTrusted: () => next !== undefined && circumstances.trusted(next.certificate),
    formers: () => certificatesIn(bundle.ca).length - (next === undefined ? 1 : 2),
  };
}

const from = (certificate: X509Certificate): number => certificate.validFromDate.getTime();
const to = (certificate: X509Certificate): number => certificate.validToDate.getTime();
const isDue = (certificate: X509Certificate, { now }: Stored): boolean =>
  now >= from(certificate) + (to(certificate) - from(certificate)) * RENEWAL_SHARE;
const isHeld = ({ bundle: { formerUntil }, now }: Stored): boolean => formerUntil !== undefined && now < formerUntil;

/** The next authority can sign, and is among those that callers are to trust. */
function isReady({ bundle: { ca, next }, now }: Stored): boolean {
  const { certificate } = openAuthority(next ?? { certificate: "", key: "" });
  return isValid(certificate, now) && certificatesIn(ca).includes(certificatesIn(next?.certificate ?? "")[0] ?? "");
}
