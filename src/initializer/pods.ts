// Lets Pods go that were gated while their namespace was being set up.
import type { KubeClient } from "../kube/client.ts";
import { isNotFound, isOtherObject } from "../kube/errors.ts";
import { POD } from "../kube/kinds.ts";
import type { ListWatch } from "../kube/list-watch.ts";
import type { KubeObject } from "../model/kube-object.ts";
import { GATED_LABEL, POD_GATE } from "../model/labels.ts";

/** One strategic merge patch takes out our gate by its name, whatever its place, and leaves other people's gates: of that very Pod, and of no namesake. */
const lift = ({ uid }: KubeObject["metadata"]): object => ({
  metadata: { ...(uid === undefined ? {} : { uid }), labels: { [GATED_LABEL]: null } },
  spec: { schedulingGates: [{ $patch: "delete", name: POD_GATE }] },
});

/**
 * Lifts the gate of every gated Pod of the namespace; resolves to how many. Pods that are gone meanwhile do not count: a new one of
 * the same name comes by the watch.
 * A Pod that cannot be changed does not keep the others waiting: its error is thrown after them.
 */
export async function liftGates(
  namespace: string,
  { client, gatedPods, signal }: { client: KubeClient; gatedPods: ListWatch<KubeObject>; signal: AbortSignal },
): Promise<number> {
  let lifted = 0;
  const errors: unknown[] = [];
  for (const { metadata } of Array.from(gatedPods.values())) {
    if (metadata.namespace !== namespace) continue;
    try {
      await client.patch(POD, metadata, { type: "strategic", body: lift(metadata) }, { signal });
      lifted++;
    } catch (error) {
      if (!isNotFound(error) && !isOtherObject(error)) errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
  return lifted;
}
