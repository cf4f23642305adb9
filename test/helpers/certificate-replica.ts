// One replica of Landlord as far as certificates go: managed source, renewal, `caBundle` and an HTTPS door that allows everything.
import type { RequestListener } from "node:http";
import { createManagedSource } from "../../certs/managed.ts";
import type { RefreshedSource } from "../../certs/source.ts";
import { createHttpsServer, type HttpServer } from "../../src/http/server.ts";
import { createWebhookApp, type WebhookHandler } from "../../src/http/webhooks.ts";
import type { KubeClient } from "../../src/kube/client.ts";
import { createEventRecorder } from "../../src/kube/events.ts";
import { createMetrics, type Metrics } from "../../src/metrics.ts";
import type { Clock } from "../../src/model/clock.ts";
import { type CaBundle, createCaBundle } from "../../src/tls/ca-bundle.ts";
import { createCertificateReport } from "../../src/tls/certificate-report.ts";
import { createRenewal } from "../../src/tls/renewal.ts";
import { createSecretStore } from "../../src/tls/secret-store.ts";
import { LIVES } from "./lives.ts";
import { createTestLog, type LogLine } from "./log.ts";

export interface CertificateReplica {
  source: RefreshedSource;
  caBundle: CaBundle;
  server: HttpServer;
  /** What it did to the certificates. */
  changes: string[];
  /** Waits until its Events are written. */
  flush(): Promise<void>;
  lines: LogLine[];
  metrics: Metrics;
  stop(): Promise<void>;
}

export interface ReplicaOptions {
  client: KubeClient;
  secret: { namespace: string; name: string };
  /** Name of both webhook configurations. */
  configuration: string;
  clock: Clock;
  /** Around the webhooks' handler. */
  wrap?: (app: RequestListener) => RequestListener;
  /** Hears the name of each webhook that is called. */
  called?: (webhook: "mutate" | "validate") => void;
}

/** Begins at once; its door listens when it is told to, on a free port of 127.0.0.1. */
export function startCertificateReplica(options: ReplicaOptions): CertificateReplica {
  const { client, secret, configuration: name, clock, wrap = (app) => app, called = () => undefined } = options;
  const { log, lines } = createTestLog();
  const metrics = createMetrics();
  const stop = new AbortController();
  const changes: string[] = [];
  const events = createEventRecorder({ client, identity: "replica", clock, log, metrics });
  const report = createCertificateReport({ events, namespace: secret.namespace, secret: secret.name, metrics });
  const source: RefreshedSource = createManagedSource({
    store: createSecretStore({ client, ...secret }),
    names: ["127.0.0.1"],
    lives: LIVES,
    trusted: (ca) => caBundle.settled(ca),
    clock,
    log,
    observe: (change, finding) => {
      changes.push(change);
      report.written(change, finding);
    },
  });
  const shared = { client, source, clock, log, metrics };
  const names = { mutating: name, validating: name };
  const onPutBack = (kind: string, of: string): void => report.putBack(kind, of);
  const caBundle = createCaBundle({ ...shared, refresh: () => source.refresh(), names, onPutBack });
  const running = [createRenewal({ ...shared, secret }).run(stop.signal), caBundle.run(stop.signal)];
  const app = createWebhookApp({ mutate: allow("mutate", called), validate: allow("validate", called), log });
  const server = createHttpsServer({ source, handler: wrap(app), host: "127.0.0.1", port: 0, clock, log });
  return {
    source,
    caBundle,
    server,
    changes,
    flush: () => events.flush(),
    lines,
    metrics,
    async stop() {
      stop.abort();
      await Promise.all([...running, server.close(0)]);
    },
  };
}

const allow =
  (name: "mutate" | "validate", called: (webhook: "mutate" | "validate") => void): WebhookHandler =>
  (body) => {
    called(name);
    const { request } = JSON.parse(body.toString()) as { request: { uid: string } };
    const response = { uid: request.uid, allowed: true };
    const review = { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", response };
    return { status: 200, body: JSON.stringify(review) };
  };
