// What the registry says of the tenant, as plain values in its namespace. Data only: no name and no right comes from here, and no secret.
import type { ConfigMap } from "../../model/kube-object.ts";
import { VARIABLES_NAME } from "../../model/names.ts";
import type { TenantRow } from "../../tenants/row.ts";
import { managedMetadata, type Step } from "../step.ts";

/** What the API server takes for a key of a ConfigMap. */
const KEY = /^(?!\.$|\.\.)[-._a-zA-Z0-9]{1,253}$/;

export const variables: Step = {
  name: "variables",
  build(tenant, { row }) {
    if (row === undefined || !row.enabled || row.namespace !== tenant.namespace) return { objects: [] };
    const map: ConfigMap = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: managedMetadata(tenant, VARIABLES_NAME),
      data: dataOf(tenant.id, row),
    };
    return { objects: [map] };
  },
};

/** Later entries win: a label over a param that looks like one, and the fixed keys over all. */
function dataOf(tenantId: string, { namespace, targetCluster, labels, params }: TenantRow): Record<string, string> {
  const entries = [
    ...Object.entries(params),
    ...Object.entries(labels).map(([key, value]): [string, string] => [`label.${key}`, value]),
    ...Object.entries({ tenantId, namespace, cluster: targetCluster }),
  ];
  const legal = entries.filter(([key]) => KEY.test(key));
  // half a surrogate pair would come back as another character, and be written again and again
  return Object.fromEntries(legal.map(([key, value]) => [key, value.toWellFormed()]));
}
