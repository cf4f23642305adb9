// Watches one namespace while it becomes a tenant's, and tells when each thing appeared. Uses the product's own client, as the admin.
import { createClient } from "../src/kube/client.ts";
import { type Credentials } from "../src/kube/credentials.ts";
import { type Kind, NAMESPACE, ROLE_BINDING, SECRET, SERVICE_ACCOUNT } from "../src/kube/kinds.ts";
import { createTransport } from "../src/kube/transport.ts";
import { createMetrics } from "../src/metrics.ts";
import { systemClock } from "../src/model/clock.ts";
import type { KubeObject, Namespace, Secret } from "../src/model/kube-object.ts";
import type { Sandbox } from "./sandbox.ts";

export interface Moment {
  /** Since the namespace appeared. */
  ms: number;
  what: string;
}

export interface Following {
  /** Resolves when nothing can be missed any more. */
  listening: Promise<void>;
  /** Resolves when TenantReady is True and the ready mark is there. */
  ready: Promise<{ timeline: Moment[]; token: string }>;
}

const FOLLOWED: Kind[] = [NAMESPACE, SERVICE_ACCOUNT, ROLE_BINDING, SECRET];

export function followTenant(sandbox: Sandbox, name: string, signal: AbortSignal): Following {
  const credentials: Credentials = {
    server: sandbox.server,
    ca: sandbox.ca,
    headers: () => Promise.resolve({ authorization: `Bearer ${sandbox.adminToken}` }),
    invalidate: () => undefined,
  };
  const transport = createTransport({ credentials, metrics: createMetrics(), clock: systemClock });
  const client = createClient(transport);
  const over = new AbortController();
  const both = AbortSignal.any([signal, over.signal]);
  const seen = new Map<string, number>();
  const done = Promise.withResolvers<void>();
  let token = "";

  function note(what: string): void {
    if (!seen.has(what)) seen.set(what, performance.now());
  }

  function look(object: KubeObject): void {
    const { name: own, namespace } = object.metadata;
    if (object.kind === "Namespace" && own === name) lookAtNamespace(object);
    if (namespace !== name || object.metadata.labels?.["app.kubernetes.io/managed-by"] !== "landlord") return;
    note(`${object.kind} ${own}`);
    const { data } = object as Secret; // oxlint-disable-line typescript/no-unsafe-type-assertion -- others have no data
    if (data?.["token"] === undefined) return;
    token = Buffer.from(data["token"], "base64").toString("utf8");
    note(`the token in Secret ${own}`);
  }

  function lookAtNamespace({ metadata, status }: Namespace): void {
    note(
      `Namespace ${name}${metadata.labels?.["landlord.dev/initializing"] === undefined ? "" : ", marked as initializing"}`,
    );
    if (status?.conditions?.some(({ type, status: is }) => type === "TenantReady" && is === "True"))
      note("TenantReady=True");
    if (metadata.annotations?.["landlord.dev/initialized"] !== metadata.uid) return;
    note("the ready mark");
    done.resolve();
  }

  async function follow(kind: Kind, started: () => void): Promise<void> {
    let resourceVersion = "";
    for await (const page of client.list(kind, { signal: both })) resourceVersion = page.resourceVersion;
    started();
    for await (const event of client.watch(kind, { resourceVersion, signal: both }))
      if (event.type !== "BOOKMARK") look(event.object);
  }

  const starts = FOLLOWED.map(() => Promise.withResolvers<void>());
  const follows = FOLLOWED.map((kind, index) => follow(kind, () => starts[index]?.resolve()));
  const failed = Promise.all(follows).then(() => undefined);
  const ready = (async () => {
    try {
      await Promise.race([done.promise, failed]);
      return { timeline: timelineOf(seen), token };
    } finally {
      over.abort();
      await Promise.allSettled(follows);
      await transport.close();
    }
  })();
  ready.catch(() => undefined); // whoever waits for it is told
  return {
    listening: Promise.race([Promise.all(starts.map(({ promise }) => promise)), failed]).then(() => undefined),
    ready,
  };
}

function timelineOf(seen: ReadonlyMap<string, number>): Moment[] {
  const first = Math.min(...seen.values());
  return [...seen].map(([what, at]) => ({ ms: Math.round(at - first), what })).toSorted((a, b) => a.ms - b.ms);
}
