// The role `webhooks`: certificate, HTTPS door, and the rules and mutations behind it.
import { createMutator, createValidator } from "../../webhooks/chain.ts";
import type { Facts } from "../../webhooks/facts.ts";
import { mutations } from "../../webhooks/mutating/index.ts";
import type { Mutation } from "../../webhooks/mutating/mutation.ts";
import { rules } from "../../webhooks/validating/index.ts";
import type { Rule } from "../../webhooks/validating/rule.ts";
import { createAdmission } from "../http/admission.ts";
import { createHttpsServer } from "../http/server.ts";
import { createWebhookApp } from "../http/webhooks.ts";
import { describe } from "../model/errors.ts";
import type { CurrentPolicy } from "../policy/current.ts";
import { policyOf } from "../policy/policy-of.ts";
import { createGlassWatch } from "../tls/break-glass-watch.ts";
import { startCallers, startCertificate } from "./certificate.ts";
import { type Cluster, closeAtTheEnd, listenUnlessStopped, type Parts } from "./parts.ts";
import { policyBase } from "./policy-base.ts";

/** Plurals of what the webhook configurations send. */
const VALIDATED = new Set(rules.flatMap(({ resources }) => resources.map(({ resource }) => resource)));
const MUTATED = new Set(["namespaces", "pods", "kustomizations", "helmreleases"]);

/** What admission decides by: what is known of the cluster, and what the platform wants. */
export interface Grounds {
  facts: Facts;
  policy: Pick<CurrentPolicy, "policy">;
}

/** Opens the door once there is a certificate, and keeps the webhook configurations trusting it. */
export function startWebhooks(parts: Parts, cluster: Cluster, grounds: Grounds): void {
  const { config, clock, log, metrics, lifecycle, checks, background } = parts;
  const { source, caBundle } = startCertificate(parts, cluster);
  const glass = createGlassWatch({ log, metrics });
  caBundle.onValidating((configuration) => glass.see(configuration));

  const door = createHttpsServer({
    source,
    callers: startCallers(parts),
    handler: createWebhookApp({ ...admission(parts, grounds), log, metrics }),
    host: config.bindAddress,
    port: config.webhookPort,
    clock,
    log,
  });
  background("webhook door", () => listenUnlessStopped(door, lifecycle));
  closeAtTheEnd("webhook door", door, parts);
  checks.push(
    { name: "break-glass", check: () => glass.check() },
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
function admission({ config, log, metrics }: Parts, { facts, policy }: Grounds) {
  const shared = {
    observe: (member: Rule | Mutation, seconds: number) =>
      metrics.memberSeconds.observe({ member: labelOf(member) }, seconds),
    onError: (member: Rule | Mutation, error: unknown) =>
      log.error({ member: labelOf(member), error: describe(error) }, "member failed; request denied"),
  };
  const base = policyBase(config);
  // until a policy was read: rules deny wherever they are asked, and they are asked everywhere; mutations only help, by the settings
  const unread = policyOf({ platformNamespaces: new Set() }, base);
  const defaults = policyOf({}, base);
  const certain: Facts = { ...facts, synced: () => policy.policy() !== undefined && facts.synced() };
  const validate = createValidator({
    ...shared,
    facts: certain,
    policy: () => policy.policy() ?? unread,
    members: rules,
  });
  const mutate = createMutator({ ...shared, facts, policy: () => policy.policy() ?? defaults, members: mutations });
  const door = { isNamespace: (name: string) => facts.namespace(name) !== undefined, log, metrics };
  return {
    validate: createAdmission({ ...door, webhook: "validate", decide: validate, resources: VALIDATED }),
    mutate: createAdmission({ ...door, webhook: "mutate", decide: mutate, resources: MUTATED }),
  };
}

const labelOf = (member: Rule | Mutation): string => ("id" in member ? member.id : member.name);
