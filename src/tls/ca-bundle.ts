// Keeps `caBundle` of our webhook configurations equal to the authorities of the source, and says whether it is.
// The configurations themselves come with the manifests: one that is missing is waited for.
import { joinCertificates } from "../../certs/pem.ts";
import type { CertificateSource } from "../../certs/source.ts";
import type { KubeClient } from "../kube/client.ts";
import { type Kind, MUTATING_WEBHOOK_CONFIGURATION, VALIDATING_WEBHOOK_CONFIGURATION } from "../kube/kinds.ts";
import { createListWatch, type ListWatch } from "../kube/list-watch.ts";
import { createQueue } from "../kube/queue.ts";
import type { Metrics } from "../metrics.ts";
import type { Clock } from "../model/clock.ts";
import type { Log } from "../model/log.ts";
import { trustPatch, trusts, type WebhookConfiguration } from "./webhook-trust.ts";

/** Between two writes of one configuration: bounds a quarrel with somebody who undoes them. */
const WRITE_GAP_MS = 1_000;
/** API servers learn of a configuration by watch: one that is behind is given this long before a new authority signs. */
const SETTLE_MS = 5_000;

export interface CaBundle {
  /** Both configurations are there, and every entry of them trusts what is served now. */
  trusted(): boolean;
  /** The same of all authorities in `ca` (PEM), and neither configuration has changed for a while: the API servers know it, too. */
  settled(ca: string): boolean;
  /** Tells of the validating configuration whenever it changes; undefined: it is gone. */
  onValidating(listener: (configuration: WebhookConfiguration | undefined) => void): void;
  /** Resolves once `signal` is aborted and nothing is in hand; never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

export interface CaBundleOptions {
  client: KubeClient;
  source: CertificateSource;
  /** Brings `source` up to date before a bundle is overwritten, so that a replica that is behind does not undo a newer one's work. */
  refresh?: () => Promise<void>;
  names: { mutating: string; validating: string };
  settleMs?: number;
  /** Told when a bundle was put back that somebody else had changed. */
  onPutBack?: (kind: string, name: string) => void;
  /** How long further authorities may stand beside ours: other replicas may have theirs from elsewhere, or know newer ones. Default 0. */
  tolerateMs?: number;
  /** Where ours are missing, do the others stay beside them that long? False: whoever takes ours out loses theirs. Default true. */
  keepOthers?: boolean;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}

interface Target {
  kind: Kind;
  name: string;
  watch: ListWatch<WebhookConfiguration>;
  /** Its absence was logged. */
  missed: boolean;
  /** The authorities that it was last seen to hold as it should; undefined: it never was, since it is there. */
  held: string | undefined;
  /** When it was last written here. */
  writtenAt: number;
  /** When it was last seen to change, whoever changed it. */
  changedAt: number;
}

export function createCaBundle(options: CaBundleOptions): CaBundle {
  const { client, source, refresh, names, onPutBack, settleMs = SETTLE_MS, tolerateMs = 0 } = options;
  const { keepOthers = true, clock, log, metrics } = options;
  const targets = [
    createTarget(MUTATING_WEBHOOK_CONFIGURATION, names.mutating, options),
    createTarget(VALIDATING_WEBHOOK_CONFIGURATION, names.validating, options),
  ];
  const queue = createQueue({
    name: "ca-bundle",
    concurrency: targets.length,
    process: async (kind, signal) => {
      const found = targets.find((candidate) => candidate.kind.kind === kind);
      return found && (await settle(found, signal));
    },
    describeKey: (kind) => ({ kind }),
    clock,
    log,
    metrics,
  });

  async function settle(
    at: Target,
    signal: AbortSignal,
  ): Promise<{ requeueAfterMs?: number; outcome: "waiting" } | undefined> {
    sayIfMissing(at, log);
    if (at.watch.synced()) metrics.webhooks.set({ kind: at.kind.kind }, at.watch.get(at)?.webhooks?.length ?? 0);
    if (patchOf(at, { tolerate: false }).length === 0) at.held = at.watch.get(at) && wanted();
    if (patchOf(at).length === 0) {
      const rest = at.changedAt + tolerateMs - clock.now();
      return rest > 0 ? { requeueAfterMs: rest, outcome: "waiting" } : undefined;
    }
    const gap = at.writtenAt + WRITE_GAP_MS - clock.now();
    if (gap > 0) return { requeueAfterMs: gap, outcome: "waiting" };
    await refresh?.();
    const patch = patchOf(at);
    if (patch.length === 0) return undefined;
    at.writtenAt = clock.now();
    await client.patch(at.kind, { name: at.name }, { type: "json", body: patch }, { signal });
    sayWritten(at, patch.length / 2);
    return undefined;
  }

  /** It held what it should hold still: then somebody else has changed it. */
  function sayWritten({ kind: { kind }, name, held }: Target, webhooks: number): void {
    const fields = { kind, name, webhooks };
    if (held === undefined || held !== wanted()) return log.info(fields, "caBundle written");
    log.warn(fields, "caBundle was changed by somebody and put back");
    onPutBack?.(kind, name);
  }

  function wanted(): string | undefined {
    const served = source.current();
    return served && joinCertificates(served.ca, served.besides ?? "");
  }

  function patchOf(at: Target, { tolerate = isFresh(at) } = {}): ReturnType<typeof trustPatch> {
    const configuration = at.watch.get(at);
    const ca = wanted();
    if (configuration === undefined || ca === undefined) return [];
    return trustPatch(configuration, ca, { tolerate, keep: tolerate && keepOthers });
  }

  const isFresh = ({ changedAt }: Target): boolean => clock.now() - changedAt < tolerateMs;

  const allTrust = (ca: string | undefined): boolean =>
    ca !== undefined &&
    targets.every((at) => {
      const configuration = at.watch.get(at);
      return configuration !== undefined && trusts(configuration, ca);
    });

  for (const at of targets) {
    at.watch.subscribe(() => {
      at.changedAt = clock.now();
      queue.add(at.kind.kind);
    });
  }
  source.subscribe(() => targets.forEach(({ kind }) => queue.add(kind.kind)));

  return {
    trusted: () => allTrust(source.current()?.ca),
    settled: (ca) => allTrust(ca) && targets.every(({ changedAt }) => clock.now() - changedAt >= settleMs),
    onValidating(listener) {
      for (const { watch, kind } of targets) {
        if (kind !== VALIDATING_WEBHOOK_CONFIGURATION) continue;
        watch.subscribe(({ type, object }) => listener(type === "removed" ? undefined : object));
      }
    },
    async run(signal) {
      const running = targets.map(async ({ watch, kind }) => {
        const firstLook = watch.whenSynced(signal).then(
          () => queue.add(kind.kind), // an empty first list tells no listener
          () => undefined,
        );
        await Promise.all([watch.run(signal), firstLook]);
      });
      await Promise.all(running);
      await queue.drain(signal); // what is in hand can be cut off: the next start finds it undone
    },
  };
}

function createTarget(kind: Kind, name: string, { client, clock, log, metrics }: CaBundleOptions): Target {
  const fieldSelector = `metadata.name=${name}`;
  const watch = createListWatch<WebhookConfiguration>({ client, kind, fieldSelector, clock, log, metrics });
  return { kind, name, watch, missed: false, held: undefined, writtenAt: -Infinity, changedAt: -Infinity };
}

/** Says it once, and again only if the configuration was there in between. */
function sayIfMissing(at: Target, log: Log): void {
  const { kind, name } = at;
  const missing = at.watch.synced() && at.watch.get(at) === undefined;
  if (missing && !at.missed) log.warn({ kind: kind.kind, name }, "webhook configuration is missing; waiting for it");
  at.missed = missing;
}
