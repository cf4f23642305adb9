// What the webhooks' door shows and asks for: the certificate source that the settings name, the `caBundle` that must trust it, and who may call.
import { hostname } from "node:os";
import { createFilesSource } from "../../certs/files.ts";
import { createManagedSource } from "../../certs/managed.ts";
import type { RefreshedSource, Trusted } from "../../certs/source.ts";
import type { Callers } from "../http/callers.ts";
import { createEventRecorder } from "../kube/events.ts";
import { type CaBundle, createCaBundle } from "../tls/ca-bundle.ts";
import { createCallerAuthorities } from "../tls/caller-authorities.ts";
import { followFiles, readPair } from "../tls/certificate-files.ts";
import { type CertificateReport, createCertificateReport } from "../tls/certificate-report.ts";
import { observeExpiry } from "../tls/expiry.ts";
import { createRenewal } from "../tls/renewal.ts";
import { createSecretStore } from "../tls/secret-store.ts";
import type { Cluster, Parts } from "./parts.ts";

/** Longer than kubelets of different nodes need to bring one Secret to their Pods, and than a rollout that changes the source. */
const REPLICAS_DIFFER_MS = 10 * 60_000;

export interface WebhookCertificate {
  source: RefreshedSource;
  caBundle: CaBundle;
}

/** Both run in the background. */
export function startCertificate(parts: Parts, cluster: Cluster): WebhookCertificate {
  const { config, clock, log, metrics, background } = parts;
  const { client } = cluster;
  const trusted: Trusted = (ca) => caBundle.settled(ca);
  const files = config.certificateFiles;
  const report = reportOf(parts, cluster, config.certificateSecret);
  const source =
    files === undefined ? managed(parts, cluster, { trusted, report }) : fromFiles(parts, files, { trusted, report });
  observeExpiry(source, metrics);
  const caBundle = createCaBundle({
    client,
    source,
    refresh: () => source.refresh(),
    onPutBack: (kind, name) => report.putBack(kind, name),
    names: { mutating: config.webhookConfiguration, validating: config.webhookConfiguration },
    tolerateMs: REPLICAS_DIFFER_MS,
    keepOthers: files !== undefined,
    clock,
    log,
    metrics,
  });
  background("caBundle", (signal) => caBundle.run(signal));
  return { source, caBundle };
}

/** What a source needs besides its settings. */
interface Given {
  trusted: Trusted;
  report: CertificateReport;
}

/** Of the certificate in `secret` of Landlord's namespace. */
export function reportOf(
  { config, clock, log, metrics, lifecycle }: Parts,
  { client }: Cluster,
  secret: string,
): CertificateReport {
  const events = createEventRecorder({ client, identity: config.identity ?? hostname(), clock, log, metrics });
  lifecycle.onStop(`events of ${secret}`, () => events.flush());
  return createCertificateReport({ events, namespace: config.namespace, secret, metrics });
}

function managed(parts: Parts, { client }: Cluster, { trusted, report }: Given): RefreshedSource {
  const { config, clock, log, metrics, background } = parts;
  const secret = { namespace: config.namespace, name: config.certificateSecret };
  const source = createManagedSource({
    store: createSecretStore({ client, ...secret }),
    names: config.certificateNames,
    lives: config.certificateLives,
    trusted,
    clock,
    log,
    observe: (change, finding) => report.written(change, finding),
  });
  const renewal = createRenewal({ client, source, secret, clock, log, metrics });
  background("certificate", (signal) => renewal.run(signal));
  return source;
}

function fromFiles(parts: Parts, directory: string, { trusted, report }: Given): RefreshedSource {
  const { config, clock, log, background } = parts;
  const source = createFilesSource({
    read: () => readPair(directory, clock),
    names: config.certificateNames,
    trusted,
    clock,
    log,
    observe: (change, reason) => report.read(change, reason),
  });
  background("certificate files", (signal) => followFiles(source, { clock, signal }));
  return source;
}

/** Undefined where anybody may call. Until their authorities can be read, nobody may. */
export function startCallers({ config, clock, log, checks, background }: Parts): Callers | undefined {
  const { clientCaFile: path, clientNames: names } = config;
  if (path === undefined) return undefined;
  const authorities = createCallerAuthorities({ path, clock, log });
  background("authorities of callers", (signal) => authorities.run(signal));
  checks.push({
    name: "authorities of callers",
    check: () => authorities.current() !== undefined || `${path} could not be used yet`,
  });
  return { authorities, names };
}
