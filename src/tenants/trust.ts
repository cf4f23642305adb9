// Which certificate authorities vouch for the tenant database: the system's roots, and those of a bundle besides.
import { X509Certificate } from "node:crypto";
import { getCACertificates } from "node:tls";
import { OwnFault } from "./cql-fault.ts";

const BLOCK = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]*-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

/** PEM certificates: the system's roots, and after them the bundle's. Node drops what it cannot read without a word, so it is checked here. */
export function trustedRoots(bundle: string | undefined): string[] {
  const system = getCACertificates("default");
  if (bundle === undefined) return system;
  const own = bundle.match(BLOCK) ?? [];
  if (own.length === 0) throw new OwnFault("the CA bundle holds no certificate", { passing: false });
  for (const [index, certificate] of own.entries()) {
    try {
      void new X509Certificate(certificate);
    } catch (cause) {
      throw new OwnFault(`certificate ${index + 1} of the CA bundle cannot be read`, { passing: false, cause });
    }
  }
  return [...system, ...own];
}
