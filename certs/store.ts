// Where certificates are kept between processes, as their owner sees it. Kubernetes or a file: that is the store's affair.

import type { Authority } from "./authority.ts";

/** An authority and a leaf of it, all PEM. */
export interface CertificateBundle {
  /** All that callers are to trust: first the authority that signs, then `next`, then former ones. */
  ca: string;
  caKey: string;
  certificate: string;
  key: string;
  /** Signs as soon as all callers trust it. */
  next?: Authority;
  /** Until when leaves of the former authorities may be in use, ms since 1970. */
  formerUntil?: number;
}

/** One place for one bundle, shared with other processes. */
export interface CertificateStore {
  /** What is there, usable or not; `undefined` where nothing is. `version` changes with every write, whoever writes. */
  read(): Promise<{ bundle: CertificateBundle; version: string } | undefined>;
  /** Writes over `version` only, or creates where it is `undefined`; false: somebody was faster, read again. */
  write(bundle: CertificateBundle, version: string | undefined): Promise<boolean>;
}
