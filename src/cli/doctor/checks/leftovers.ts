// Objects that Landlord made for a namespace that lives no more. Within it they go with it; in others, and as copies, they stay: with credentials.
import { MANAGED_KINDS } from "../../../initializer/apply.ts";
import { NAMESPACE } from "../../../kube/kinds.ts";
import type { KubeObject } from "../../../model/kube-object.ts";
import { MANAGED_BY, MANAGED_BY_LABEL, NAMESPACE_UID_ANNOTATION } from "../../../model/labels.ts";
import type { Check } from "../check.ts";
import { bounded, ok, problem } from "../finding.ts";

const SELECTED = { labelSelector: `${MANAGED_BY_LABEL}=${MANAGED_BY}`, metadataOnly: true };

export const leftovers: Check = {
  name: "leftovers",
  async check({ cluster }) {
    // before the namespaces: one that is made in between must not be taken for dead
    const lists = await Promise.all(MANAGED_KINDS.map(({ kind }) => cluster.list<KubeObject>(kind, SELECTED)));
    const namespaces = await cluster.list<KubeObject>(NAMESPACE, { metadataOnly: true });
    const living = new Set(namespaces.map(({ metadata }) => metadata.uid));
    const left = lists.flat().filter(({ metadata: { annotations } }) => {
      const uid = annotations?.[NAMESPACE_UID_ANNOTATION];
      return uid !== undefined && !living.has(uid);
    });
    if (left.length === 0) return [ok("nothing is left of namespaces that are gone")];
    const found = left.map(({ kind, metadata: { namespace = "", name } }) =>
      problem(
        `${kind} ${namespace}/${name} was made for a namespace that lives no more`,
        `kubectl delete ${kind.toLowerCase()} ${name} -n ${namespace}`,
      ),
    );
    return bounded(
      found,
      `kubectl get ${MANAGED_KINDS.map(({ kind }) => kind.plural).join(",")} -A -l ${SELECTED.labelSelector}`,
    );
  },
};
