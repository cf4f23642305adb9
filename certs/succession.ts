// What is written next into the store, and why: the order in which authorities and leaves follow each other. Decides and makes; managed.ts acts.
import { X509Certificate } from "node:crypto";
import { type Authority, createAuthority } from "./authority.ts";
import { type Circumstances, type Finding, inspect, type Remedy } from "./checks.ts";
import { issueLeaf } from "./leaf.ts";
import { certificatesIn, joinCertificates } from "./pem.ts";
import type { CertificateBundle } from "./store.ts";

/** Former authorities that stay trusted at once, however often the authority changes. */
const MOST_FORMER = 3;

export interface Lives {
  /** Milliseconds. An authority's is at least three times a leaf's: then none of its leaves is cut short by its end. */
  leafMs: number;
  authorityMs: number;
}

export interface Step extends Finding {
  /** What was done, in a word: `created`, `restored` from what this process held, or the remedy. */
  change: "created" | "restored" | Remedy;
  bundle: CertificateBundle;
}

/**
 * The next write, or `undefined` where all is well. `held` is what this process serves. As long as it is good, nobody has to stop
 * trusting anything at once: it is put back, and what the store holds instead, or a new authority, follows in due order.
 */
export function nextStep(
  { stored, held }: { stored: CertificateBundle | undefined; held: CertificateBundle | undefined },
  circumstances: Circumstances & { lives: Lives },
): Step | undefined {
  const served = held !== undefined && isServable(held, circumstances) ? held : undefined;
  if (stored === undefined) {
    const finding = { reason: "there are none", renew: "authority", servable: false } as const;
    if (served === undefined)
      return { ...finding, change: "created", bundle: REMEDIES.authority(EMPTY, circumstances) };
    const bundle = REMEDIES.next(served, circumstances); // deleting them is how somebody asks for new ones
    return { ...finding, change: "restored", bundle };
  }
  const finding = inspect(stored, circumstances);
  if (served !== undefined && finding?.renew === "authority") {
    return { ...finding, change: "restored", bundle: served };
  }
  if (served !== undefined && !knows(stored, served)) {
    const reason = "authority is not the one that is served";
    return { reason, renew: "next", servable: false, change: "restored", bundle: merged(served, stored) };
  }
  return finding && { ...finding, change: finding.renew, bundle: REMEDIES[finding.renew](stored, circumstances) };
}

const EMPTY: CertificateBundle = { ca: "", caKey: "", certificate: "", key: "" };

type Make = (bundle: CertificateBundle, given: Circumstances & { lives: Lives }) => CertificateBundle;

const REMEDIES: Readonly<Record<Remedy, Make>> = {
  authority(_, given) {
    const made = authorityAt(given);
    return { ca: made.certificate, caKey: made.key, ...leafOf(made, given) };
  },
  leaf: (bundle, given) => ({ ...bundle, ...leafOf(signerOf(bundle), given) }),
  next(bundle, given) {
    const next = authorityAt(given);
    return { ...bundle, next, ca: joinCertificates(signerOf(bundle).certificate, next.certificate, formersOf(bundle)) };
  },
  switch({ next = { certificate: "", key: "" }, ...bundle }, given) {
    const former = certificatesIn(joinCertificates(signerOf(bundle).certificate, formersOf({ ...bundle, next })));
    return {
      ca: joinCertificates(next.certificate, ...former.slice(0, MOST_FORMER)),
      caKey: next.key,
      ...leafOf(next, given),
      formerUntil: Math.max(endOf(bundle.certificate), bundle.formerUntil ?? 0),
    };
  },
  former({ certificate, key, ca, caKey, next }) {
    const signer = certificatesIn(ca)[0] ?? "";
    const rest = next === undefined ? { ca: signer } : { ca: joinCertificates(signer, next.certificate), next };
    return { certificate, key, caKey, ...rest };
  },
};

/** `served` goes on; the authority of `stored` follows it. */
function merged(served: CertificateBundle, stored: CertificateBundle): CertificateBundle {
  const formerUntil = Math.max(served.formerUntil ?? 0, stored.formerUntil ?? 0, endOf(served.certificate));
  const [signer = "", ...others] = certificatesIn(served.ca);
  const ca = certificatesIn(joinCertificates(signer, stored.ca, ...others)).slice(0, 2 + MOST_FORMER);
  return { ...served, ca: ca.join(""), next: signerOf(stored), formerUntil };
}

function isServable(bundle: CertificateBundle, circumstances: Circumstances): boolean {
  return inspect(bundle, circumstances)?.servable ?? true;
}

/** The signing authority of `served` is trusted by who follows `stored`. */
const knows = (stored: CertificateBundle, served: CertificateBundle): boolean =>
  certificatesIn(stored.ca).includes(signerOf(served).certificate);

const signerOf = ({ ca, caKey }: CertificateBundle): Authority => ({
  certificate: certificatesIn(ca)[0] ?? "",
  key: caKey,
});

function formersOf({ ca, next }: CertificateBundle): string {
  const [, ...others] = certificatesIn(ca);
  return others.filter((block) => block !== next?.certificate).join("");
}

const authorityAt = ({ now, lives }: { now: number; lives: Lives }): Authority =>
  createAuthority({ commonName: "landlord", now, lifeMs: lives.authorityMs });

const leafOf = (authority: Authority, { names, now, lives }: Circumstances & { lives: Lives }) =>
  issueLeaf(authority, { names, now, lifeMs: lives.leafMs });

/** 0 if it cannot be read. */
function endOf(certificate: string): number {
  try {
    return new X509Certificate(certificate).validToDate.getTime();
  } catch {
    return 0;
  }
}
