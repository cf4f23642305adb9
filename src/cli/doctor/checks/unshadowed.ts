// No other configuration calls this Landlord: one that another release left behind has rules and a caBundle that nobody keeps right.
import { MUTATING_WEBHOOK_CONFIGURATION, VALIDATING_WEBHOOK_CONFIGURATION } from "../../../kube/kinds.ts";
import type { Check } from "../check.ts";
import { ok, problem } from "../finding.ts";
import type { Webhook } from "../shipped.ts";
import type { Configuration } from "./webhooks.ts";

export const unshadowed: Check = {
  name: "unshadowed",
  async check({ cluster, settings, shipped }) {
    const kinds = [MUTATING_WEBHOOK_CONFIGURATION, VALIDATING_WEBHOOK_CONFIGURATION];
    const all = (await Promise.all(kinds.map((kind) => cluster.list<Configuration>(kind)))).flat();
    const isOwn = ({ metadata }: Configuration): boolean => metadata.name === settings.webhookConfiguration;
    const own = new Set(all.filter(isOwn).flatMap(({ webhooks = [] }) => webhooks.map(calledBy)));
    for (const webhook of [...shipped.mutating, ...shipped.validating]) own.add(calledBy(webhook));
    const others = all.filter(
      (each) => !isOwn(each) && (each.webhooks ?? []).some((webhook) => own.has(calledBy(webhook))),
    );
    if (others.length === 0) return [ok("no other webhook configuration calls this Landlord")];
    return others.map(({ kind, metadata: { name } }) =>
      problem(
        `${kind} ${name} calls this Landlord too, and nobody keeps its rules and its caBundle right`,
        `kubectl delete ${kind.toLowerCase()} ${name}`,
      ),
    );
  },
};

/** The Service, or host and port of the URL. */
function calledBy({ clientConfig: { service, url = "" } }: Webhook): string {
  if (service !== undefined) return `${service.namespace}/${service.name}`;
  return URL.canParse(url) ? new URL(url).host : url;
}
