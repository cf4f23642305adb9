// One X.509 v3 certificate (RFC 5280), put together and signed. What goes into one is decided by its siblings.
import { createHash, type KeyObject, randomBytes, sign, X509Certificate } from "node:crypto";
import { type Asn1, bits, encode, integer, octets, oid, sequence, set, tagged, time, truth, utf8 } from "./der.ts";

const ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";
const EC_PUBLIC_KEY = "1.2.840.10045.2.1";
const P256 = "1.2.840.10045.3.1.7";
const COMMON_NAME = "2.5.4.3";
const ORGANIZATION = "2.5.4.10";

/** For clocks that are behind: certificates are valid from this long before they were made. */
export const SKEW_MS = 5 * 60_000;

export interface Subject {
  commonName: string;
  /** What Kubernetes reads as groups. */
  organizations?: readonly string[];
}

export interface Extension {
  oid: string;
  critical: boolean;
  value: Asn1;
}

export interface CertificateRequest {
  subject: Subject;
  issuer: Subject;
  publicKey: KeyObject;
  /** Valid from and to, ms since 1970. */
  from: number;
  to: number;
  extensions: readonly Extension[];
}

/** Signs a certificate with the issuer's private key (P-256); gives PEM. The serial is 128 random bits. */
export function signCertificate(request: CertificateRequest, issuerKey: KeyObject): string {
  const algorithm = sequence(oid(ECDSA_WITH_SHA256));
  const tbs = sequence(
    tagged(0, integer(Uint8Array.of(2))), // v3
    integer(Buffer.concat([Uint8Array.of(1), randomBytes(16)])), // the leading 1 keeps it positive and minimal
    algorithm,
    name(request.issuer),
    sequence(time(request.from), time(request.to)),
    name(request.subject),
    sequence(sequence(oid(EC_PUBLIC_KEY), oid(P256)), bits(point(request.publicKey))),
    tagged(3, sequence(...request.extensions.map(extension))),
  );
  const signature = sign("sha256", encode(tbs), issuerKey);
  return pem(encode(sequence(tbs, algorithm, bits(signature))));
}

/** Names a key inside certificates: 160 bits of the SHA-256 of the public key (RFC 7093 2, method 1). */
export function keyIdentifier(key: KeyObject): Buffer {
  return createHash("sha256").update(point(key)).digest().subarray(0, 20);
}

/** The DER of a subject, to look for in a certificate that says it has this one. */
export const subjectDer = (subject: Subject): Buffer => encode(name(subject));

/** It was made at least `ms` before `now`. */
export const isOlderThan = (certificate: string, ms: number, now: number): boolean =>
  now - new X509Certificate(certificate).validFromDate.getTime() - SKEW_MS >= ms;

function name({ commonName, organizations = [] }: Subject): Asn1 {
  return sequence(...organizations.map((value) => part(ORGANIZATION, value)), part(COMMON_NAME, commonName));
}

const part = (type: string, value: string): Asn1 => set(sequence(oid(type), utf8(value)));

function extension({ oid: type, critical, value }: Extension): Asn1 {
  return sequence(oid(type), ...(critical ? [truth()] : []), octets(encode(value)));
}

/** A P-256 public key, private keys' public half included, as an uncompressed point. */
function point(key: KeyObject): Buffer {
  const { x = "", y = "" } = key.export({ format: "jwk" });
  return Buffer.concat([Uint8Array.of(4), Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]);
}

function pem(der: Buffer): string {
  const lines = der.toString("base64").replaceAll(/.{64}(?=.)/g, "$&\n");
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}
