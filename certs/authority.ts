// The certificate authority: a P-256 key that signs leaves and nothing below itself, for one year.
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import {
  type CertificateRequest,
  type Extension,
  keyIdentifier,
  SKEW_MS,
  signCertificate,
  subjectDer,
} from "./certificate.ts";
import { bits, integer, octets, sequence, tagged, truth } from "./der.ts";
import { createKeyPair, isP256, privateKeyPem } from "./keypair.ts";

const DAY_MS = 24 * 60 * 60_000;
export const AUTHORITY_LIFE_MS = 365 * DAY_MS;

/** Both PEM. `certificate` may be followed by further blocks that callers trust; only the first one signs. */
export interface Authority {
  certificate: string;
  key: string;
}

/** An authority that was read: what signing needs of it. */
export interface Signer {
  commonName: string;
  certificate: X509Certificate;
  key: KeyObject;
}

/** Makes a new self-signed authority, valid from a little before `now` (ms) until `lifeMs` after it. */
export function createAuthority(options: { commonName: string; now: number; lifeMs?: number }): Authority {
  const { commonName, now, lifeMs = AUTHORITY_LIFE_MS } = options;
  if (!/^[\w .:-]{1,64}$/.test(commonName)) throw new Error(`create authority ${JSON.stringify(commonName)}: bad name`);
  const keys = createKeyPair();
  const request: CertificateRequest = {
    subject: { commonName },
    issuer: { commonName },
    publicKey: keys.publicKey,
    from: now - SKEW_MS,
    to: now + lifeMs,
    extensions: [
      { oid: "2.5.29.19", critical: true, value: sequence(truth(), integer(Uint8Array.of(0))) }, // CA, path length 0
      { oid: "2.5.29.15", critical: true, value: bits(Uint8Array.of(0b0000_0110), 1) }, // keyCertSign, cRLSign
      subjectKeyIdentifier(keys.publicKey),
    ],
  };
  return { certificate: signCertificate(request, keys.privateKey), key: privateKeyPem(keys.privateKey) };
}

/** Reads an authority back; throws, without a byte of the key in the text, if it is none that `createAuthority` makes. */
export function openAuthority(authority: Authority): Signer {
  const certificate = parse("certificate", () => new X509Certificate(authority.certificate));
  const key = parse("key", () => createPrivateKey(authority.key));
  const commonName = /^CN=([^\n]+)$/.exec(certificate.subject)?.[1] ?? "";
  const ours = isP256(key) && certificate.ca && certificate.raw.includes(subjectDer({ commonName }));
  if (!ours) throw new Error("open authority: not one of ours");
  if (!certificate.checkPrivateKey(key)) throw new Error("open authority: key does not belong to certificate");
  return { commonName, certificate, key };
}

/** Signs what `request` asks for, never beyond the authority's own end; gives PEM. */
export function sign(signer: Signer, request: Omit<CertificateRequest, "issuer">): string {
  const extensions = [
    ...request.extensions,
    subjectKeyIdentifier(request.publicKey),
    { oid: "2.5.29.35", critical: false, value: sequence(tagged(0, keyIdentifier(signer.certificate.publicKey))) },
  ];
  const to = Math.min(request.to, signer.certificate.validToDate.getTime());
  return signCertificate({ ...request, to, extensions, issuer: { commonName: signer.commonName } }, signer.key);
}

function subjectKeyIdentifier(key: KeyObject): Extension {
  return { oid: "2.5.29.14", critical: false, value: octets(keyIdentifier(key)) };
}

function parse<T>(part: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`open authority: ${part} is unreadable`, { cause: error });
  }
}
