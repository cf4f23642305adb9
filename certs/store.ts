// Where certificates are kept between processes, as their owner sees it. Kubernetes or a file: that is the store's affair.

/** An authority and a leaf of it, all PEM. The first block of `ca` signs; blocks after it are trusted only. */
export interface CertificateBundle {
  ca: string;
  caKey: string;
  certificate: string;
  key: string;
}

/** One place for one bundle, shared with other processes. */
export interface CertificateStore {
  /** What is there, usable or not; `undefined` where nothing is. `version` changes with every write, whoever writes. */
  read(): Promise<{ bundle: CertificateBundle; version: string } | undefined>;
  /** Writes over `version` only, or creates where it is `undefined`; false: somebody was faster, read again. */
  write(bundle: CertificateBundle, version: string | undefined): Promise<boolean>;
}
