// What a server asks for a certificate. It cannot tell where the certificate comes from.

/** A leaf to serve and what callers must trust to accept it; all PEM, `ca` possibly several blocks. */
export interface ServingCertificate {
  certificate: string;
  key: string;
  ca: string;
  /** Authorities that callers are to trust besides: of the leaf that comes next, and of those that were served before. */
  besides?: string;
}

export interface CertificateSource {
  /** `undefined` until there is a usable one. */
  current(): ServingCertificate | undefined;
  /** Calls `listener` on every change from now on. */
  subscribe(listener: (certificate: ServingCertificate) => void): void;
}

/** A source that has to be asked to look again; when, is its caller's affair. Both siblings are one: managed.ts and files.ts. */
export interface RefreshedSource extends CertificateSource {
  /** Looks at where the certificates are kept, and does what is called for; if that fails, it rejects and serves what it had. */
  refresh(): Promise<void>;
  /** By what is known here, without a look: something is to be done. */
  due(): boolean;
}

/** Whether every caller has been trusting all authorities of a PEM text, for long enough to act on it. */
export type Trusted = (ca: string) => boolean;
