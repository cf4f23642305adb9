// Tenants' namespaces that are not ready, and what each says is the reason.
import { NAMESPACE } from "../../../kube/kinds.ts";
import type { Condition, Namespace } from "../../../model/kube-object.ts";
import { READY_CONDITION } from "../../../model/labels.ts";
import { isReady, tenantOf } from "../../../model/tenant.ts";
import type { Check, Context } from "../check.ts";
import { bounded, type Finding, ok, problem, warning } from "../finding.ts";

/** Being set up takes milliseconds, and a wait for a token half a minute. */
const YOUNG_MS = 60_000;
/** The namespace controller waits for Pods, not for this long. */
const DYING_MS = 15 * 60_000;
const CONFLICT = /(?:^|: )(\w+) (\S+) is there already/;

export const tenants: Check = {
  name: "tenants",
  async check(context) {
    const { tenantLabels, platformNamespaces } = context.settings;
    const all = (await context.cluster.list<Namespace>(NAMESPACE)).filter(
      ({ metadata: { name, labels } }) => tenantOf(labels, tenantLabels) !== undefined && !platformNamespaces.has(name),
    );
    const found = all.flatMap((namespace) => findingOf(namespace, context));
    const list = `kubectl get namespaces -l ${tenantLabels[0]}`;
    return found.length > 0 ? bounded(found, list) : [ok(`none of ${all.length} tenant namespaces is stuck`)];
  },
};

function findingOf({ metadata, status }: Namespace, { now }: Context): Finding[] {
  const { name, deletionTimestamp, creationTimestamp = "" } = metadata;
  const describe = `kubectl describe namespace ${name}`;
  if (deletionTimestamp !== undefined) {
    if (now() - Date.parse(deletionTimestamp) < DYING_MS) return [];
    return [warning(`${name} is being deleted since ${deletionTimestamp}, and something keeps it`, describe)];
  }
  if (isReady(metadata)) return [];
  const condition = status?.conditions?.find(({ type }) => type === READY_CONDITION);
  const isYoung = now() - Date.parse(creationTimestamp) < YOUNG_MS;
  const why = condition === undefined ? "nothing has looked at it yet" : `${condition.reason}: ${condition.message}`;
  if (isYoung && condition?.reason !== "Conflict") return [];
  return [problem(`${name} is not ready: ${why}`, mending(name, condition) ?? describe)];
}

/** A foreign object stands in the way, and only a person can tell whether it is needed. */
function mending(namespace: string, condition: Condition | undefined): string | undefined {
  const [, kind, object] = CONFLICT.exec(condition?.reason === "Conflict" ? condition.message : "") ?? [];
  return kind === undefined ? undefined : `kubectl delete ${kind.toLowerCase()} ${object} -n ${namespace}`;
}
