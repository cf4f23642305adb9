// What both sources tell their listeners with: the certificate that is served, told once for each change.
import { X509Certificate } from "node:crypto";
import { describe } from "../src/model/errors.ts";
import type { Log } from "../src/model/log.ts";
import type { CertificateSource, ServingCertificate } from "./source.ts";

export interface Announcer extends CertificateSource {
  /** Tells everybody, unless it is what they know. A listener that throws is logged, and the others are told. */
  announce(served: ServingCertificate): void;
}

export function createAnnouncer(log: Log): Announcer {
  const listeners: ((certificate: ServingCertificate) => void)[] = [];
  let current: ServingCertificate | undefined;

  function tell(listener: (certificate: ServingCertificate) => void, served: ServingCertificate): void {
    try {
      listener(served);
    } catch (error) {
      log.error({ error: describe(error) }, "a listener refused the serving certificate");
    }
  }

  return {
    current: () => current,
    subscribe: (listener) => void listeners.push(listener),
    announce(served) {
      const before = current;
      const leafChanged = served.certificate !== before?.certificate || served.key !== before.key;
      if (!leafChanged && served.ca === before.ca && served.besides === before.besides) return;
      current = served;
      const ends = { leafEnds: end(served.certificate), authorityEnds: end(served.ca) };
      log.info(ends, leafChanged ? "serving certificate changed" : "trusted authorities changed");
      for (const listener of listeners) tell(listener, served);
    },
  };
}

const end = (pem: string): string => new X509Certificate(pem).validToDate.toISOString();
