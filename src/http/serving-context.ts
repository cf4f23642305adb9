// Which certificate a TLS server shows: the source's newest one that is fit to be shown.
import { createPrivateKey, X509Certificate } from "node:crypto";
import type { Server, TlsOptions } from "node:tls";
import type { CertificateSource, ServingCertificate } from "../../certs/source.ts";
import { describe } from "../model/errors.ts";
import type { Log } from "../model/log.ts";
import type { CallerAuthorities } from "./callers.ts";

/** kube-apiserver speaks both. h2 is never offered: kube-apiserver does not want it, and Express breaks on it. */
export const TLS = { minVersion: "TLSv1.3", ALPNProtocols: ["http/1.1"] } satisfies TlsOptions;

/**
 * Serves the source's certificate, and each new one to new connections; resolves once there is one. A pair that is unfit is refused.
 * With `callers`, it waits for their authorities as well, and follows them.
 */
export function followCertificate(
  server: Server,
  source: CertificateSource,
  { callers, log }: { callers?: CallerAuthorities | undefined; log: Log },
): Promise<void> {
  const first = Promise.withResolvers<void>();
  const serve = (): void => {
    const served = source.current();
    const ca = callers?.current();
    if (served === undefined || (callers !== undefined && !ca)) return; // without authorities, any of the public ones would do
    try {
      checkPair(served);
      // minVersion once more: a new context without it falls back to Node's default
      const context = { key: served.key, cert: served.certificate, minVersion: TLS.minVersion };
      server.setSecureContext(ca === undefined ? context : { ...context, ca });
      first.resolve();
    } catch (error) {
      log.error({ error: describe(error) }, "certificate refused; what was served before stays");
    }
  };
  serve();
  source.subscribe(serve);
  callers?.subscribe(serve);
  return first.promise;
}

/** Node notices only some mismatches, and then at the handshake. */
function checkPair({ certificate, key }: ServingCertificate): void {
  if (!new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))) {
    throw new Error("serve certificate: key does not match");
  }
}
