// Runs something on one replica at a time: whoever holds the Lease. A leader's own writes are kept back by fenced-client.ts once it is none.
import type { Metrics } from "../metrics.ts";
import { type Clock, delay } from "../model/clock.ts";
import { describe } from "../model/errors.ts";
import type { Log } from "../model/log.ts";
import type { KubeClient } from "./client.ts";
import { type Claim, createClaim } from "./lease-claim.ts";
import { createTerm, type Term } from "./lease-term.ts";

export interface LeaseOptions {
  client: KubeClient;
  namespace: string;
  name: string;
  /** Unique among all replicas, also over a restart: a Pod's name and something random. */
  identity: string;
  clock: Clock;
  log: Log;
  /** 1 while the Lease is held. */
  metrics: Pick<Metrics, "leader">;
  signal: AbortSignal;
  /** For how long others wait after the holder's last sign of life. */
  durationMs?: number;
  renewMs?: number;
  retryMs?: number;
  /**
   * Must end soon after its signal is aborted: the others wait a third of `durationMs` longer, and no more. `holds` is to be asked
   * before each write; told to stop, the leader may finish what is in hand for as long as it says yes.
   */
  lead: (signal: AbortSignal, holds: () => boolean) => Promise<void>;
}

/**
 * Contends for the Lease, and calls `lead` whenever it is held. Resolves after `signal` was aborted (or `lead` ended by
 * itself), `lead` has ended and the Lease is released. Rejects with what `lead` throws before it was told to stop.
 */
export async function runWithLease(options: LeaseOptions): Promise<void> {
  const { clock, log, metrics, signal, durationMs = 15_000, renewMs = 5_000, retryMs = 2_000 } = options;
  const { namespace, name, identity } = options;
  const claim = createClaim({ client: options.client, namespace, name, identity, durationMs, clock });
  const lease: Timing = { claim, clock, log, renewMs, retryMs, termMs: (durationMs * 2) / 3, marginMs: durationMs / 3 };
  const fields = { lease: `${namespace}/${name}`, identity };
  metrics.leader.set(0);

  try {
    while (!signal.aborted) {
      const term = await acquire(lease, signal);
      if (term === undefined) break;
      metrics.leader.set(1);
      log.info(fields, "leadership gained");
      const ended = await leadTerm(lease, { term, signal, lead: options.lead });
      metrics.leader.set(0);
      log.info({ ...fields, reason: term.reason() ?? "ended" }, "leadership ended");
      if (ended) break;
    }
  } finally {
    metrics.leader.set(0);
    await claim
      .release(renewMs)
      .catch((error: unknown) => log.warn({ ...fields, error: describe(error) }, "release failed"));
  }
}

interface Timing {
  claim: Claim;
  clock: Clock;
  log: Log;
  renewMs: number;
  retryMs: number;
  /** From the moment a renewal was sent: after it we lead no more. */
  termMs: number;
  /** From then until others may begin to lead. */
  marginMs: number;
}

/** Tries until the Lease is held; undefined when aborted. */
async function acquire(lease: Timing, signal: AbortSignal): Promise<Term | undefined> {
  const { claim, clock, log, renewMs, retryMs, termMs } = lease;
  let told = "";
  const tell = (what: string): void => {
    if (what !== told) log.info({ reason: what }, "waiting for leadership");
    told = what;
  };
  while (!signal.aborted) {
    const term = createTerm({ clock, termMs });
    try {
      const hold = await claim.hold({ keep: false, timeoutMs: renewMs, signal });
      if (hold === "held" && !term.over()) return term;
      tell(`held by ${claim.holder()}`);
    } catch (error) {
      tell(describe(error));
    }
    term.lose("not begun");
    await delay(retryMs, clock, signal);
  }
  return undefined;
}

/** Leads until the term is over or `lead` ends; true if there is nothing more to lead. */
async function leadTerm(
  lease: Timing,
  options: { term: Term; signal: AbortSignal; lead: LeaseOptions["lead"] },
): Promise<boolean> {
  const { term, signal } = options;
  const stop = (): void => term.end("stopped");
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  const left = new AbortController();
  const lead = async (): Promise<void> => {
    const watchdog = guard(lease, term);
    try {
      await options.lead(term.signal, () => term.holds());
    } finally {
      watchdog.clear();
      left.abort();
    }
  };
  try {
    const [led] = await Promise.allSettled([lead(), keepRenewing(lease, term, left.signal)]);
    const byItself = !term.over();
    if (led.status === "rejected" && byItself) throw led.reason;
    if (led.status === "rejected") lease.log.debug({ error: describe(led.reason) }, "leader stopped with an error");
    return byItself || signal.aborted;
  } finally {
    signal.removeEventListener("abort", stop);
    term.lose("ended");
  }
}

/** Renews until `lead` has left, also while it winds down: nobody else shall begin before. A term that is lost is not kept up. */
async function keepRenewing(
  { claim, clock, log, renewMs, retryMs }: Timing,
  term: Term,
  left: AbortSignal,
): Promise<void> {
  let waitMs = renewMs;
  for (;;) {
    await delay(waitMs, clock, left);
    if (left.aborted || !term.holds()) return;
    const renewal = term.begin();
    waitMs = retryMs;
    try {
      const hold = await claim.hold({ keep: true, timeoutMs: renewMs });
      if (hold === "held") {
        renewal.succeeded();
        waitMs = renewMs;
      }
      if (hold === "other") {
        log.warn({ holder: claim.holder() }, "leadership was taken");
        return term.lose("taken by another");
      }
    } catch (error) {
      log.warn({ error: describe(error) }, "renewal of leadership failed");
    } finally {
      renewal.done();
    }
  }
}

/** Says so if `lead` has not ended when others may begin. */
function guard({ clock, log, marginMs }: Timing, term: Term): { clear: () => void } {
  let cancel: (() => void) | undefined;
  const over = (): void => {
    cancel = clock.after(marginMs, () => log.error({ marginMs }, "leader did not stop in time"));
  };
  term.signal.addEventListener("abort", over, { once: true });
  return {
    clear() {
      term.signal.removeEventListener("abort", over);
      cancel?.();
    },
  };
}
