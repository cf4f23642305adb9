// What a server asks for a certificate. It cannot tell where the certificate comes from.

/** A leaf to serve and what callers must trust to accept it; all PEM, `ca` possibly several blocks. */
export interface ServingCertificate {
  certificate: string;
  key: string;
  ca: string;
}

export interface CertificateSource {
  /** `undefined` until there is a usable one. */
  current(): ServingCertificate | undefined;
  /** Calls `listener` on every change from now on. */
  subscribe(listener: (certificate: ServingCertificate) => void): void;
}
