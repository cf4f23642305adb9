// The mutating webhook is really called: a dry run of a tenant's namespace comes back marked.
import { NAMESPACE } from "../../../kube/kinds.ts";
import type { Namespace } from "../../../model/kube-object.ts";
import { INITIALIZING_LABEL, TENANT_LABEL } from "../../../model/labels.ts";
import type { Check } from "../check.ts";
import { ok, problem, unknown } from "../finding.ts";
import { probe } from "../probe.ts";

const PROBE = "landlord-doctor-probe";

export const mutatingFires: Check = {
  name: "mutating-fires",
  async check({ cluster, settings }) {
    const object: Namespace = {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: PROBE, labels: { [settings.tenantLabels[0] ?? TENANT_LABEL]: PROBE } },
    };
    const outcome = await probe<Namespace>(cluster, { kind: NAMESPACE, object });
    const pods = `kubectl get pods -n ${settings.namespace} -l app.kubernetes.io/name=landlord`;
    if (outcome.kind === "uncallable") return [problem(`the API server cannot call ${outcome.webhook}`, pods)];
    if (outcome.kind !== "allowed") {
      const why = outcome.kind === "refused" ? `${outcome.webhook} refuses us the label` : outcome.why;
      return [
        unknown(`cannot tell whether the mutating webhook is called: ${why}`, "landlord doctor # as a cluster admin"),
      ];
    }
    if (outcome.object.metadata.labels?.[INITIALIZING_LABEL] !== undefined)
      return [ok("a tenant's new namespace is marked")];
    const what =
      "a tenant's new namespace is not marked: the mutating webhook is not called, and Pods there start too early";
    return [problem(what, pods)];
  },
};
