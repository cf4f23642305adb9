// The role `generator`: the registry, what was served so far, and the door that Argo CD asks at. Needs no cluster.
import { hostname } from "node:os";
import { isOlderThan } from "../../certs/certificate.ts";
import { createManagedSource } from "../../certs/managed.ts";
import type { CertificateSource } from "../../certs/source.ts";
import { ConfigError } from "../config.ts";
import { createGenerator, type Generator } from "../generator/generator.ts";
import { createPush } from "../generator/push.ts";
import type { RefusalReport } from "../generator/refusals.ts";
import { createGeneratorApp } from "../http/generator.ts";
import { createTokenSource } from "../http/plugin-token.ts";
import { createHttpServer, createHttpsServer } from "../http/server.ts";
import { createEventRecorder } from "../kube/events.ts";
import type { KubeObject } from "../model/kube-object.ts";
import { BASELINE_NAME, openBaseline, openRegistry } from "../registry.ts";
import { createRenewal } from "../tls/renewal.ts";
import { createSecretStore } from "../tls/secret-store.ts";
import { reportOf } from "./certificate.ts";
import { type Cluster, closeAtTheEnd, listenUnlessStopped, type Parts } from "./parts.ts";

/** Secret in Landlord's own namespace. */
const CERTIFICATE_NAME = "landlord-generator-certificate";
/** How long a new authority stands in the Secret before it signs: nobody tells us when Argo CD trusts it. */
const NOTICE_MS = 7 * 24 * 60 * 60_000;
/** At most this part of an authority's life, of which a third is left when it is made. */
const NOTICE_SHARE = 1 / 6;
/** Snapshots that change in quick succession refresh ApplicationSets once. */
const PUSH_DEBOUNCE_MS = 500;

/** Listens at once; answers 503 until there is a first snapshot. */
export async function startGenerator(parts: Parts, cluster: Cluster | undefined): Promise<Generator> {
  const { config, clock, log, metrics, lifecycle, checks, background } = parts;
  const settings = config.generator;
  const store = await openRegistry(config.registry, { clock, log });
  lifecycle.onStop("registry", () => store.close());
  const report = cluster === undefined ? undefined : reporter(parts, cluster);
  const generator = createGenerator({
    store,
    baseline: openBaseline(config, { client: cluster?.client, log }),
    settings,
    clock,
    log,
    metrics,
    ...(report === undefined ? {} : { report }),
  });
  const tokens = createTokenSource({
    path: settings.tokenFile,
    ...(settings.previousTokenFile === undefined ? {} : { previousPath: settings.previousTokenFile }),
    reloadMs: settings.tokenReloadMs,
    overlapMs: settings.tokenOverlapMs,
    clock,
    log,
  });
  const handler = createGeneratorApp({ generator, tokens, bodyTimeoutMs: settings.bodyTimeoutMs, clock, log, metrics });
  const where = { handler, host: config.bindAddress, port: settings.port, clock, log };
  const door = settings.tls
    ? createHttpsServer({ ...where, source: ownCertificate(parts, cluster) })
    : createHttpServer(where);
  await tokens.reload(); // a caller that is refused for want of it comes back in three minutes
  if (settings.tls) background("generator door", () => listenUnlessStopped(door, lifecycle));
  else await door.listen();
  closeAtTheEnd("generator door", door, parts);
  background("plugin token", (signal) => tokens.run(signal));
  background("generator", (signal) => generator.run(signal));
  // beside the webhooks an outage of the registry must not take admission away: the generator's own answers say 503 then
  if (!config.roles.has("webhooks")) {
    checks.push(
      { name: "tenant registry", check: () => generator.ready() },
      { name: "plugin token", check: () => tokens.ready() },
    );
  }
  if (settings.push.enabled && cluster !== undefined) {
    const { client } = cluster;
    const push = createPush({
      client,
      generator,
      clock,
      log,
      metrics,
      pluginConfigMaps: settings.push.configMaps,
      debounceMs: PUSH_DEBOUNCE_MS,
    });
    background("push to ApplicationSets", (signal) => push.run(signal));
  }
  return generator;
}

/** Shared by all replicas, for the name of the generator's Service. Throws ConfigError where there is no cluster to keep it in. */
function ownCertificate(parts: Parts, cluster: Cluster | undefined): CertificateSource {
  const { config, clock, log, metrics, background } = parts;
  if (cluster === undefined) {
    throw new ConfigError([
      'GENERATOR_TLS is "true": needs a cluster to keep the certificate in; name one with KUBECONFIG',
    ]);
  }
  const { client } = cluster;
  const service = `landlord-generator.${config.namespace}.svc`;
  const secret = { namespace: config.namespace, name: CERTIFICATE_NAME };
  const store = createSecretStore({ client, ...secret });
  const noticeMs = Math.min(NOTICE_MS, config.certificateLives.authorityMs * NOTICE_SHARE);
  const report = reportOf(parts, cluster, CERTIFICATE_NAME);
  const source = createManagedSource({
    store,
    names: [service, `${service}.cluster.local`],
    lives: config.certificateLives,
    trusted: (ca) => isOlderThan(ca, noticeMs, clock.now()),
    clock,
    log,
    observe: (change, finding) => report.written(change, finding),
  });
  const renewal = createRenewal({ client, source, secret, clock, log, metrics });
  background("certificate of the generator", (signal) => renewal.run(signal));
  return source;
}

/** Makes an Event of each refusal: about the ConfigMap that remembers what was served. */
function reporter(
  { config, clock, log, metrics, lifecycle }: Parts,
  { client }: Cluster,
): (refusal: RefusalReport) => void {
  const events = createEventRecorder({ client, identity: config.identity ?? hostname(), clock, log, metrics });
  lifecycle.onStop("events of the generator", () => events.flush());
  const about: KubeObject = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: BASELINE_NAME, namespace: config.namespace },
  };
  return ({ message }) => events.record(about, { type: "Warning", reason: "AnswerRefused", message });
}
