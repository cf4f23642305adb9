// Whether a stored bundle must be replaced or renewed, and why. It says so; making the new one is not its part.
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { openAuthority, type Signer } from "./authority.ts";
import { SERVER_AUTH } from "./leaf.ts";
import type { CertificateBundle } from "./store.ts";

const DAY_MS = 24 * 60 * 60_000;
/** Longer than any leaf lives, so that no leaf is cut short by its authority's end. */
const AUTHORITY_RENEWAL_MS = 30 * DAY_MS;
const LEAF_RENEWAL_SHARE = 2 / 3;

export interface Finding {
  /** The name of the check that failed: half a line of reason. */
  reason: string;
  /** What to make anew; a new authority means a new leaf as well. */
  renew: "authority" | "leaf";
  /** The stored leaf may be served until its successor is there. */
  servable: boolean;
}

/** The first check that fails; `undefined`: nothing is to be done. `names` are DNS names and IP addresses, `now` is ms. */
export function inspect(bundle: CertificateBundle, names: readonly string[], now: number): Finding | undefined {
  const stored = open(bundle, names, now);
  const unusable = UNUSABLE.find((check) => fails(check, stored));
  if (unusable) return { reason: unusable.name, renew: unusable.renew, servable: false };
  const due = DUE.find((check) => fails(check, stored));
  return due && { reason: due.name, renew: due.renew, servable: true };
}

interface Check {
  name: string;
  renew: "authority" | "leaf";
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
  { name: "certificate is not signed by the authority", renew: "leaf", fails: (s) => !isSigned(s.leaf(), s.ca()) },
  { name: "certificate is not for servers", renew: "leaf", fails: (s) => !s.leaf().keyUsage?.includes(SERVER_AUTH) },
  { name: "certificate is not valid now", renew: "leaf", fails: (s) => !isValid(s.leaf(), s.now) },
];

/** What calls for a successor while it is served. */
const DUE: readonly Check[] = [
  { name: "authority is near its end", renew: "authority", fails: (s) => s.now >= to(s.ca()) - AUTHORITY_RENEWAL_MS },
  { name: "certificate lacks a name", renew: "leaf", fails: (s) => !s.names.every((name) => covers(s.leaf(), name)) },
  { name: "certificate is past two thirds of its life", renew: "leaf", fails: (s) => s.now >= renewal(s.leaf()) },
];

function fails(check: Check, stored: Stored): boolean {
  try {
    return check.fails(stored);
  } catch {
    return true; // what cannot be read, fails; why it cannot is no more than a parser's remark about foreign bytes
  }
}

interface Stored {
  names: readonly string[];
  now: number;
  ca: () => X509Certificate;
  caKey: () => KeyObject;
  authority: () => Signer;
  leaf: () => X509Certificate;
  key: () => KeyObject;
}

/** The parts are parsed when a check asks for them, and throw if they cannot be. */
function open(bundle: CertificateBundle, names: readonly string[], now: number): Stored {
  return {
    names,
    now,
    ca: () => new X509Certificate(bundle.ca),
    caKey: () => createPrivateKey(bundle.caKey),
    authority: () => openAuthority({ certificate: bundle.ca, key: bundle.caKey }),
    leaf: () => new X509Certificate(bundle.certificate),
    key: () => createPrivateKey(bundle.key),
  };
}

const from = (certificate: X509Certificate): number => certificate.validFromDate.getTime();
const to = (certificate: X509Certificate): number => certificate.validToDate.getTime();
const renewal = (leaf: X509Certificate): number => from(leaf) + (to(leaf) - from(leaf)) * LEAF_RENEWAL_SHARE;
const isValid = (certificate: X509Certificate, now: number): boolean =>
  now >= from(certificate) && now < to(certificate);
const isSigned = (leaf: X509Certificate, ca: X509Certificate): boolean =>
  leaf.checkIssued(ca) && leaf.verify(ca.publicKey);

function covers(leaf: X509Certificate, name: string): boolean {
  return (isIP(name) === 0 ? leaf.checkHost(name, { subject: "never" }) : leaf.checkIP(name)) !== undefined;
}
