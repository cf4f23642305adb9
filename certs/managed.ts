// A certificate source that makes its own: an authority and a leaf, shared with other replicas through a store.
// When to look again is its caller's affair: a timer, and a change in the store.
import { X509Certificate } from "node:crypto";
import type { Clock } from "../src/model/clock.ts";
import { describe } from "../src/model/errors.ts";
import type { Log } from "../src/model/log.ts";
import { createAuthority } from "./authority.ts";
import { type Finding, inspect } from "./checks.ts";
import { issueLeaf } from "./leaf.ts";
import type { CertificateSource, ServingCertificate } from "./source.ts";
import type { CertificateBundle, CertificateStore } from "./store.ts";

const ATTEMPTS = 5;

export interface ManagedSource extends CertificateSource {
  /** Reads the store, adopts or makes what is needed; rejects if the store fails, and then still serves what it had. */
  refresh(): Promise<void>;
}

/** `names` are DNS names and IP addresses that the leaf must be good for. Nothing is read before the first `refresh()`. */
export function createManagedSource(options: {
  store: CertificateStore;
  names: readonly string[];
  clock: Clock;
  log: Log;
}): ManagedSource {
  const { store, names, clock, log } = options;
  const listeners: ((certificate: ServingCertificate) => void)[] = [];
  let current: ServingCertificate | undefined;
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;

  async function refresh(): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const stored = await store.read();
      const finding = stored && inspect(stored.bundle, names, clock.now());
      if (stored && (!finding || finding.servable)) adopt(stored.bundle);
      if (stored && !finding) return;

      const bundle = successor(stored?.bundle, finding, { names, now: clock.now() });
      if (await store.write(bundle, stored?.version)) {
        logWritten(log, finding);
        adopt(bundle);
        return;
      }
    }
    throw new Error(`renew certificate: others wrote first, ${ATTEMPTS} times in a row`);
  }

  function adopt(bundle: CertificateBundle): void {
    const { certificate, key, ca } = bundle;
    if (current?.certificate === certificate && current.key === key && current.ca === ca) return;
    const served = { certificate, key, ca };
    current = served;
    log.info({ leafEnds: end(certificate), authorityEnds: end(ca) }, "serving certificate changed");
    for (const listener of listeners) tell(listener, served);
  }

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
    refresh() {
      // One at a time; calls that come meanwhile share the run that follows, which sees what they were called for.
      next ??= running.then(() => {
        next = undefined;
        const run = refresh();
        running = run.catch(() => undefined);
        return run;
      });
      return next;
    },
  };
}

/** What to store instead of `bundle`: a new leaf of the same authority where that one is good, or everything new. */
function successor(
  bundle: CertificateBundle | undefined,
  finding: Finding | undefined,
  { names, now }: { names: readonly string[]; now: number },
): CertificateBundle {
  const authority =
    bundle !== undefined && finding?.renew === "leaf"
      ? { certificate: bundle.ca, key: bundle.caKey }
      : createAuthority({ commonName: "landlord", now });
  return { ca: authority.certificate, caKey: authority.key, ...issueLeaf(authority, { names, now }) };
}

function logWritten(log: Log, finding: Finding | undefined): void {
  if (finding === undefined) return log.info({}, "certificates created");
  const fields = { reason: finding.reason, renewed: finding.renew };
  return finding.servable
    ? log.info(fields, "certificates renewed")
    : log.warn(fields, "unusable certificates replaced");
}

const end = (pem: string): string => new X509Certificate(pem).validToDate.toISOString();
