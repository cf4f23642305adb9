// A certificate source that is given its certificates, such as those of cert-manager: what is read is checked, and served once it is
// trusted. Reading is handed in, and when to read again is its caller's affair.
import { X509Certificate } from "node:crypto";
import type { Clock } from "../src/model/clock.ts";
import { describe } from "../src/model/errors.ts";
import type { Log } from "../src/model/log.ts";
import { createAnnouncer } from "./announcer.ts";
import { objection } from "./pair.ts";
import { joinCertificates } from "./pem.ts";
import type { RefreshedSource, ServingCertificate, Trusted } from "./source.ts";
import { inTurn } from "./turns.ts";

/** What was read; all PEM, `certificate` possibly with its chain. */
export type Pair = Pick<ServingCertificate, "certificate" | "key" | "ca">;

export interface FilesOptions {
  /** Rejects with a message for people, without a path's content. */
  read: () => Promise<Pair>;
  /** What callers call by: the certificate must have one of them. */
  names: readonly string[];
  trusted: Trusted;
  clock: Clock;
  log: Log;
  /** `reason`: why they were refused. */
  observe?: (change: "accepted" | "refused", reason?: string) => void;
}

/** Nothing is read before the first `refresh()`, which never rejects: what cannot be used is logged once, and the old pair stays. */
export function createFilesSource({ read, names, trusted, clock, log, observe }: FilesOptions): RefreshedSource {
  const announcer = createAnnouncer(log);
  let served: Pair | undefined;
  /** The newest that could be served. */
  let accepted: Pair | undefined;
  /** What leaves of the pair before were trusted by, until the last of them ends. */
  let former: { ca: string; until: number } | undefined;
  let refused: string | undefined;

  async function refresh(): Promise<void> {
    try {
      accept(await read());
    } catch (error) {
      refuse(describe(error));
    }
    if (accepted !== undefined) serve(accepted);
  }

  function accept(pair: Pair): void {
    if (accepted !== undefined && isSame(pair, accepted)) return void (refused = undefined);
    const reason = objection(pair, { names, now: clock.now() });
    if (reason !== undefined) return refuse(reason);
    refused = undefined;
    accepted = pair;
    observe?.("accepted");
  }

  function refuse(reason: string): void {
    if (reason === refused) return;
    refused = reason;
    log.error({ reason }, "certificate files refused; what was served before stays");
    observe?.("refused", reason);
  }

  /** A pair of other authorities waits until they are trusted, as long as there is one to serve meanwhile. */
  function serve(pair: Pair): void {
    const now = clock.now();
    if (served !== undefined && !isSame(pair, served) && mayFollow(pair, served)) {
      former = { ca: joinCertificates(served.ca, inUse(now)), until: Math.max(endOf(served), former?.until ?? 0) };
      served = pair;
    }
    served ??= pair;
    announcer.announce({ ...served, besides: joinCertificates(pair.ca, inUse(now)) });
  }

  const inUse = (now: number): string => (former !== undefined && now < former.until ? former.ca : "");

  function mayFollow(pair: Pair, before: Pair): boolean {
    const given = { names, now: clock.now() };
    return trusted(pair.ca) || objection({ ...pair, ca: before.ca }, given) === undefined || given.now >= endOf(before);
  }

  return { ...announcer, refresh: inTurn(refresh), due: () => true };
}

const isSame = (one: Pair, other: Pair): boolean =>
  one.certificate === other.certificate && one.key === other.key && one.ca === other.ca;

const endOf = ({ certificate }: Pair): number => new X509Certificate(certificate).validToDate.getTime();
