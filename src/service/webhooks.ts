// The role `webhooks`: certificate, HTTPS door, and the rules and mutations behind it.
import { createManagedSource } from "../../certs/managed.ts";
import { createMutator, createValidator } from "../../webhooks/chain.ts";
import type { Facts } from "../../webhooks/facts.ts";
import { mutations } from "../../webhooks/mutating/index.ts";
import type { Policy } from "../../webhooks/policy.ts";
import { rules } from "../../webhooks/validating/index.ts";
import { createAdmission } from "../http/admission.ts";
import { createHttpsServer } from "../http/server.ts";
import { createWebhookApp } from "../http/webhooks.ts";
import { describe } from "../model/errors.ts";
import { serviceAccountName } from "../model/names.ts";
import { createCaBundle } from "../tls/ca-bundle.ts";
import { observeExpiry } from "../tls/expiry.ts";
import { createRenewal } from "../tls/renewal.ts";
import { createSecretStore } from "../tls/secret-store.ts";
import { type Cluster, listenUnlessStopped, type Parts } from "./parts.ts";

/** Plurals of what the webhook configurations send. */
const VALIDATED = new Set(rules.flatMap(({ resources }) => resources.map(({ resource }) => resource)));
const MUTATED = new Set(["namespaces", "pods"]);

/** Opens the door once there is a certificate, and keeps the webhook configurations trusting it. */
export function startWebhooks(parts: Parts, { client }: Cluster, facts: Facts): void {
  const { config, clock, log, metrics, lifecycle, checks, background } = parts;
  const shared = { client, clock, log, metrics };
  const secret = { namespace: config.namespace, name: config.certificateSecret };
  const store = createSecretStore({ client, ...secret });
  const source = createManagedSource({ store, names: config.certificateNames, clock, log });
  observeExpiry(source, metrics);
  const renewal = createRenewal({ ...shared, source, secret });
  const names = { mutating: config.webhookConfiguration, validating: config.webhookConfiguration };
  const caBundle = createCaBundle({ ...shared, source, refresh: () => source.refresh(), names });

  const door = createHttpsServer({
    source,
    handler: createWebhookApp({ ...admission(parts, facts), log }),
    host: config.bindAddress,
    port: config.webhookPort,
    clock,
    log,
  });
  background("certificate", (signal) => renewal.run(signal));
  background("caBundle", (signal) => caBundle.run(signal));
  background("webhook door", () => listenUnlessStopped(door, lifecycle));
  lifecycle.onStop("webhook door", () => door.close(config.shutdownTimeoutMs / 2)); // the rest is for what stops after it
  checks.push(
    { name: "certificate", check: () => source.current() !== undefined || "there is none yet" },
    { name: "webhook door", check: () => door.port() !== undefined || "not listening yet" },
    {
      name: "webhook configurations",
      check: () =>
        caBundle.trusted() ||
        `${config.webhookConfiguration}: missing, or caBundle does not hold the CA that is served`,
    },
  );
}

/** The two handlers: which members are asked, by which policy, and who is told. */
function admission({ config, log, metrics }: Parts, facts: Facts) {
  const policy: Policy = {
    tenantLabels: config.tenantLabels,
    platformNamespaces: config.platformNamespaces,
    adminGroups: config.adminGroups,
    adminUsers: config.adminUsers,
    ownUser: config.ownUser,
    sharedSources: config.sharedSources,
    allowedServiceAccounts: (namespace) => [serviceAccountName(namespace)],
  };
  const shared = {
    facts,
    policy,
    observe: ({ name }: { name: string }, seconds: number) => metrics.memberSeconds.observe({ member: name }, seconds),
    onError: ({ name }: { name: string }, error: unknown) =>
      log.error({ member: name, error: describe(error) }, "member failed; request denied"),
  };
  const validate = createValidator({ ...shared, members: rules });
  const mutate = createMutator({ ...shared, members: mutations });
  return {
    validate: createAdmission({ webhook: "validate", decide: validate, resources: VALIDATED, log, metrics }),
    mutate: createAdmission({ webhook: "mutate", decide: mutate, resources: MUTATED, log, metrics }),
  };
}
