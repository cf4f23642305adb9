// What checks of both sources ask of a certificate. What an answer means is theirs to say: checks.ts and pair.ts.
import type { X509Certificate } from "node:crypto";
import { isIP } from "node:net";

/** `issuer` says that it has signed `certificate`, and has. */
export const signs = (issuer: X509Certificate, certificate: X509Certificate): boolean =>
  certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);

/** `now`: ms since 1970. The end itself is too late. */
export const isValid = (certificate: X509Certificate, now: number): boolean =>
  now >= certificate.validFromDate.getTime() && now < certificate.validToDate.getTime();

/** By its alternative names, as callers go; a common name counts for nothing. */
export function covers(certificate: X509Certificate, name: string): boolean {
  const found = isIP(name) === 0 ? certificate.checkHost(name, { subject: "never" }) : certificate.checkIP(name);
  return found !== undefined;
}
