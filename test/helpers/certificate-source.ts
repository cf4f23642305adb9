// A certificate source that serves what a test tells it to.
import { type Authority, createAuthority } from "../../certs/authority.ts";
import { issueLeaf } from "../../certs/leaf.ts";
import type { CertificateSource, ServingCertificate } from "../../certs/source.ts";

export interface TestSource extends CertificateSource {
  serve(certificate: ServingCertificate): void;
}

export const testAuthority = (): Authority => createAuthority({ commonName: "test", now: Date.now() });

/** A leaf for localhost and 127.0.0.1. */
export function testCertificate(authority: Authority): ServingCertificate {
  return { ca: authority.certificate, ...issueLeaf(authority, { names: ["localhost", "127.0.0.1"], now: Date.now() }) };
}

export function createTestSource(first?: ServingCertificate): TestSource {
  const listeners: ((certificate: ServingCertificate) => void)[] = [];
  let current = first;
  return {
    current: () => current,
    subscribe: (listener) => void listeners.push(listener),
    serve(certificate) {
      current = certificate;
      for (const listener of listeners) listener(certificate);
    },
  };
}
