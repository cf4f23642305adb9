// Shows in the metrics when the served certificate and its authority end.
import { X509Certificate } from "node:crypto";
import type { CertificateSource, ServingCertificate } from "../../certs/source.ts";
import type { Metrics } from "../metrics.ts";

/** Sets `certificateExpiry` now and on every change. */
export function observeExpiry(source: CertificateSource, metrics: Pick<Metrics, "certificateExpiry">): void {
  const observe = ({ ca, certificate }: ServingCertificate): void => {
    metrics.certificateExpiry.set({ certificate: "ca" }, endOf(ca));
    metrics.certificateExpiry.set({ certificate: "leaf" }, endOf(certificate));
  };
  const current = source.current();
  if (current !== undefined) observe(current);
  source.subscribe(observe);
}

const endOf = (pem: string): number => new X509Certificate(pem).validToDate.getTime() / 1000;
