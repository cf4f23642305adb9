// Tells Argo CD that answers have changed: ApplicationSets that ask this plugin get the refresh annotation, and are looked at in seconds, not in
// half an hour. A hint only: one that is lost costs time, and nothing else.
import { randomUUID } from "node:crypto";
import type { KubeClient } from "../kube/client.ts";
import { isNotFound } from "../kube/errors.ts";
import { APPLICATION_SET, nameOf, type ObjectRef } from "../kube/kinds.ts";
import { createQueue, type Queue } from "../kube/queue.ts";
import type { Metrics } from "../metrics.ts";
import { aborted, type Clock } from "../model/clock.ts";
import { REFRESH_ANNOTATION } from "../model/labels.ts";
import type { Log } from "../model/log.ts";
import type { Generator } from "./generator.ts";
import { type ApplicationSet, usesPlugin } from "./plugin-users.ts";

export interface PushOptions {
  client: Pick<KubeClient, "list" | "patch">;
  generator: Pick<Generator, "subscribe">;
  /** Names in `configMapRef` that stand for this plugin. */
  pluginConfigMaps: readonly string[];
  clock: Clock;
  log: Log;
  metrics: Metrics;
  /** Changes within this time make one push. */
  debounceMs: number;
  random?: () => number;
}

export interface Push {
  /** Resolves once `signal` is aborted and nothing is in hand; never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

/** The key under which the queue looks for ApplicationSets; theirs have a slash. */
const FIND = "find";
/** Patches at once; Argo CD reconciles ten sets at a time. */
const CONCURRENCY = 4;

export function createPush(options: PushOptions): Push {
  const { client, generator, clock, log, metrics, debounceMs, random } = options;
  const configMaps = new Set(options.pluginConfigMaps);
  let queue: Queue | undefined;
  let isMissed = false;

  async function find(into: Queue, signal: AbortSignal): Promise<void> {
    let found = 0;
    try {
      for await (const { items } of client.list<ApplicationSet>(APPLICATION_SET, { signal })) {
        for (const set of items) {
          if (set.metadata.deletionTimestamp !== undefined || !usesPlugin(set, configMaps)) continue;
          found++;
          into.add(nameOf(set.metadata));
        }
      }
      isMissed = false;
      log.debug({ applicationSets: found }, "answers have changed; ApplicationSets are told");
    } catch (error) {
      if (!isNotFound(error)) throw error;
      if (!isMissed) log.warn({}, "there are no ApplicationSets in this cluster; nobody is told of changes");
      isMissed = true;
    }
  }

  async function tell(ref: ObjectRef, signal: AbortSignal): Promise<void> {
    // after a reconcile that failed the annotation is still there, and the same value again would be no change
    const value = `${new Date(clock.now()).toISOString()} ${randomUUID()}`;
    const body = { metadata: { annotations: { [REFRESH_ANNOTATION]: value } } };
    try {
      await client.patch(APPLICATION_SET, ref, { type: "merge", body }, { signal });
      metrics.generatorPushes.inc({ outcome: "done" });
    } catch (error) {
      if (isNotFound(error)) return; // deleted meanwhile
      metrics.generatorPushes.inc({ outcome: "failed" });
      throw error;
    }
  }

  generator.subscribe(() => queue?.addAfter(FIND, debounceMs));

  return {
    async run(signal) {
      const own = createQueue({
        name: "push",
        concurrency: CONCURRENCY,
        process: async (key, ended) => {
          if (key === FIND) await find(own, ended);
          else await tell(refOf(key), ended);
          return undefined;
        },
        describeKey: (key) => (key === FIND ? {} : { applicationSet: key }),
        clock,
        log,
        metrics,
        ...(random === undefined ? {} : { random }),
      });
      queue = own;
      await aborted(signal);
      queue = undefined;
      await own.drain(signal);
    },
  };
}

function refOf(key: string): Required<ObjectRef> {
  const slash = key.indexOf("/");
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
