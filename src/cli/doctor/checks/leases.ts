// Who does the work: the holders of the Leases, and whether they are still heard of.
import { isNotFound } from "../../../kube/errors.ts";
import { LEASE } from "../../../kube/kinds.ts";
import { durationOf, holderOf, type Lease } from "../../../kube/lease-record.ts";
import type { Check, Context } from "../check.ts";
import { type Finding, ok, problem } from "../finding.ts";

/** By role: the Lease's name, and what its holder does. */
const LEASES = [
  { role: "initializer", name: "landlord", work: "sets tenants up" },
  { role: "webhooks", name: "landlord-survey", work: "judges what is in the cluster already" },
];
/** A takeover that is under way is no fault. */
const GRACE_MS = 5_000;

export const leases: Check = {
  name: "leases",
  async check(context) {
    const wanted = LEASES.filter(({ role }) => context.settings.roles.has(role));
    return await Promise.all(wanted.map((each) => findingOf(each, context)));
  },
};

async function findingOf({ name, work }: (typeof LEASES)[number], context: Context): Promise<Finding> {
  const { namespace } = context.settings;
  const look = `kubectl get pods -n ${namespace} -l app.kubernetes.io/name=landlord`;
  const title = `Lease ${namespace}/${name}`;
  const lease = await leaseOf(name, context);
  if (lease === undefined) return problem(`${title} is missing: nobody ${work}`, look);
  const holder = holderOf(lease);
  const silentMs = context.now() - Date.parse(lease.spec?.renewTime ?? "");
  if (holder === "" && silentMs <= GRACE_MS)
    return ok(`${title} was given back a moment ago, for another replica to take`);
  if (holder === "") return problem(`${title} is held by nobody: nobody ${work}`, look);
  if (silentMs <= durationOf(lease) + GRACE_MS) return ok(`${holder} holds ${title} and ${work}`);
  const since = lease.spec?.renewTime ?? "ever";
  return problem(`${title} is held by ${holder}, which was last heard of ${since}: nobody ${work}`, look);
}

async function leaseOf(name: string, { cluster, settings }: Context): Promise<Lease | undefined> {
  try {
    return await cluster.get<Lease>(LEASE, { namespace: settings.namespace, name });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
