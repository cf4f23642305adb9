// Leaves: a certificate with its own key for a server's names, or for a client by its name and groups.
import { isIP } from "node:net";
import { type Authority, openAuthority, sign } from "./authority.ts";
import { type Extension, SKEW_MS, type Subject } from "./certificate.ts";
import { type Asn1, addressBytes, bits, oid, sequence, tagged } from "./der.ts";
import { createKeyPair, privateKeyPem } from "./keypair.ts";

const DAY_MS = 24 * 60 * 60_000;
export const LEAF_LIFE_MS = 7 * DAY_MS;
export const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
const DNS_NAME = /^(\*\.)?[a-z0-9_]([-a-z0-9_]{0,61}[a-z0-9])?(\.[a-z0-9_]([-a-z0-9_]{0,61}[a-z0-9])?)*$/i;

/** Both PEM. */
export interface Leaf {
  certificate: string;
  key: string;
}

/** A server's leaf for `names` (DNS names, IP addresses): valid from a little before `now` (ms) until `lifeMs` after it, or the authority's end. */
export function issueLeaf(
  authority: Authority,
  options: { names: readonly string[]; now: number; lifeMs?: number; commonName?: string },
): Leaf {
  const { names, now, lifeMs = LEAF_LIFE_MS, commonName = "landlord" } = options;
  if (names.length === 0) throw new Error("issue leaf: no names");
  const alternatives = { oid: "2.5.29.17", critical: false, value: sequence(...names.map(alternativeName)) };
  return issue(authority, { subject: { commonName }, now, lifeMs, usage: SERVER_AUTH, more: [alternatives] });
}

/** A client's leaf: Kubernetes reads `commonName` as the user and `organizations` as its groups. */
export function issueClientLeaf(authority: Authority, options: Subject & { now: number; lifeMs?: number }): Leaf {
  const { commonName, organizations = [], now, lifeMs = LEAF_LIFE_MS } = options;
  return issue(authority, { subject: { commonName, organizations }, now, lifeMs, usage: CLIENT_AUTH, more: [] });
}

function issue(
  authority: Authority,
  request: { subject: Subject; now: number; lifeMs: number; usage: string; more: Extension[] },
): Leaf {
  const keys = createKeyPair();
  const certificate = sign(openAuthority(authority), {
    subject: request.subject,
    publicKey: keys.publicKey,
    from: request.now - SKEW_MS,
    to: request.now + request.lifeMs,
    extensions: [
      { oid: "2.5.29.19", critical: true, value: sequence() }, // no CA
      { oid: "2.5.29.15", critical: true, value: bits(Uint8Array.of(0b1000_0000), 7) }, // digitalSignature
      { oid: "2.5.29.37", critical: false, value: sequence(oid(request.usage)) },
      ...request.more,
    ],
  });
  return { certificate, key: privateKeyPem(keys.privateKey) };
}

function alternativeName(name: string): Asn1 {
  if (isIP(name) !== 0) return tagged(7, addressBytes(name));
  if (name.length > 253 || !DNS_NAME.test(name))
    throw new Error(`issue leaf for ${JSON.stringify(name)}: no DNS name or IP address`);
  return tagged(2, Buffer.from(name, "ascii"));
}
