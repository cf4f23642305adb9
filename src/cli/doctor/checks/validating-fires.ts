// The validating webhook is really called: a dry run of an object that must be refused is refused or, where an admin asks, warned of.
import { KubeError } from "../../../kube/errors.ts";
import { NAMESPACE } from "../../../kube/kinds.ts";
import type { Namespace } from "../../../model/kube-object.ts";
import { serviceAccountName } from "../../../model/names.ts";
import { tenantOf } from "../../../model/tenant.ts";
import type { Check, Context } from "../check.ts";
import { type Finding, ok, problem, unknown } from "../finding.ts";
import { type Outcome, probe } from "../probe.ts";
import { type Refusable, refusables, warnable } from "../refusable.ts";

export const validatingFires: Check = {
  name: "validating-fires",
  async check(context) {
    const attempts: string[] = [];
    for (const { refusable, as } of await trials(context)) {
      const outcome = await probe(context.cluster, { ...refusable, ...(as === undefined ? {} : { as }) });
      const finding = findingOf(refusable, outcome, context);
      if (finding !== undefined) return [finding];
      if (outcome.kind === "untold") attempts.push(outcome.why);
    }
    const why = attempts.at(-1) ?? "there is nothing here to try it with";
    return [
      unknown(`cannot tell whether the validating webhook is called: ${why}`, "landlord doctor # as a cluster admin"),
    ];
  },
};

/** In a tenant's name first, since admins are only warned; then in our own; then the binding that everybody is warned of. */
async function trials({ cluster, settings }: Context): Promise<{ refusable: Refusable; as?: string }[]> {
  const last = { refusable: warnable("default") };
  const home = await homeOf({ cluster, settings });
  if (home === undefined) return [last];
  const found = await Promise.all(
    refusables(home.name).map(async (refusable) => ((await cluster.serves(refusable.kind)) ? [refusable] : [])),
  );
  const [first] = found.flat();
  if (first === undefined) return [last];
  const tenant = `system:serviceaccount:${home.name}:${serviceAccountName(home.name)}`;
  return [...(home.isTenants ? [{ refusable: first, as: tenant }] : []), { refusable: first }, last];
}

/** A tenant's namespace, else one that is nobody's; never a platform namespace, where the rules about fields do not hold. */
async function homeOf({
  cluster,
  settings,
}: Pick<Context, "cluster" | "settings">): Promise<{ name: string; isTenants: boolean } | undefined> {
  try {
    const namespaces = await cluster.list<Namespace>(NAMESPACE, { metadataOnly: true });
    const homes = namespaces
      .filter(
        ({ metadata }) => metadata.deletionTimestamp === undefined && !settings.platformNamespaces.has(metadata.name),
      )
      .map(({ metadata }) => ({
        name: metadata.name,
        isTenants: tenantOf(metadata.labels, settings.tenantLabels) !== undefined,
      }));
    return homes.find(({ isTenants }) => isTenants) ?? homes[0];
  } catch (error) {
    if (error instanceof KubeError) return undefined; // the binding needs no namespace of a tenant's
    throw error;
  }
}

function findingOf(
  { kind, object, warning }: Refusable,
  outcome: Outcome<unknown>,
  { settings }: Context,
): Finding | undefined {
  const what = `a ${kind.kind} in ${object.metadata.namespace}`;
  const pods = `kubectl get pods -n ${settings.namespace} -l app.kubernetes.io/name=landlord`;
  if (outcome.kind === "untold") return undefined;
  if (outcome.kind === "refused") return ok(`${what} that reaches out of it is refused by ${outcome.webhook}`);
  if (outcome.kind === "uncallable")
    return problem(
      `the API server cannot call ${outcome.webhook}: what it judges is refused or waved through unseen`,
      pods,
    );
  if (outcome.warnings.some((text) => warning.test(text))) return ok(`${what} that must not be is warned of`);
  return problem(
    `${what} that must be objected to was let through without a word: the validating webhook is not called`,
    pods,
  );
}
