// The two webhook configurations: there, with every webhook, and each as it is shipped. Not whether they are trusted or called.
import { type Kind, MUTATING_WEBHOOK_CONFIGURATION, VALIDATING_WEBHOOK_CONFIGURATION } from "../../../kube/kinds.ts";
import type { KubeObject } from "../../../model/kube-object.ts";
import type { Check, Context } from "../check.ts";
import { type Finding, ok, problem, warning } from "../finding.ts";
import type { Webhook } from "../shipped.ts";
import { differences } from "../webhook-differences.ts";

export interface Configuration extends KubeObject {
  webhooks?: Webhook[];
}

/** What puts both back as they are shipped; Landlord fills in the caBundles anew. */
export const REAPPLY = "kubectl apply --server-side --force-conflicts -f manifests/base/webhooks.yaml";

export const webhooks: Check = {
  name: "webhooks",
  check: async (context) => [
    ...(await findingsOf(MUTATING_WEBHOOK_CONFIGURATION, context.shipped.mutating, context)),
    ...(await findingsOf(VALIDATING_WEBHOOK_CONFIGURATION, context.shipped.validating, context)),
  ],
};

/** The configuration of this installation; undefined where there is none. Listed by name, for that is all that Landlord itself may do. */
export async function configurationOf(kind: Kind, { cluster, settings }: Context): Promise<Configuration | undefined> {
  const name = settings.webhookConfiguration;
  const found = await cluster.list<Configuration>(kind, { fieldSelector: `metadata.name=${name}` });
  return found.find(({ metadata }) => metadata.name === name);
}

async function findingsOf(kind: Kind, shipped: readonly Webhook[], context: Context): Promise<Finding[]> {
  const title = `${kind.kind} ${context.settings.webhookConfiguration}`;
  const configuration = await configurationOf(kind, context);
  if (configuration === undefined) return [problem(`${title} is missing: nothing is asked of Landlord`, REAPPLY)];
  const found = shipped.flatMap((wanted): Finding[] => {
    const webhook = configuration.webhooks?.find(({ name }) => name === wanted.name);
    if (webhook === undefined) return [problem(`${title}: webhook ${wanted.name} is missing`, REAPPLY)];
    return differences(webhook, wanted, context.settings).map(({ isHole, what }) =>
      (isHole ? problem : warning)(`${title}: ${wanted.name} ${what}`, REAPPLY),
    );
  });
  return found.length > 0 ? found : [ok(`${title} has all ${shipped.length} webhooks as they are shipped`)];
}
