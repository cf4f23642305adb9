// A certificate store in memory, with a hook between what a caller read and what it writes.
import type { CertificateBundle, CertificateStore } from "../../certs/store.ts";

export interface MemoryStore extends CertificateStore {
  stored: CertificateBundle | undefined;
  writes: number;
  /** Runs before each write, as another replica that is faster. */
  beforeWrite: () => void;
  /** Puts a bundle there, as somebody else. */
  put(bundle: CertificateBundle | undefined): void;
}

export function createMemoryStore(): MemoryStore {
  let version = 0;
  return {
    stored: undefined,
    writes: 0,
    beforeWrite: () => undefined,
    put(bundle) {
      this.stored = bundle;
      version++;
    },
    read() {
      return Promise.resolve(this.stored && { bundle: this.stored, version: String(version) });
    },
    write(bundle, expected) {
      this.beforeWrite();
      if (expected !== (this.stored && String(version))) return Promise.resolve(false);
      this.put(bundle);
      this.writes++;
      return Promise.resolve(true);
    },
  };
}
