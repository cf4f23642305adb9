// What stands against an object as a whole where no field does: it has no shape that rules could read, or no namespace that it may be in.
import type { AdmissionRequest } from "./admission.ts";
import type { Objection } from "./denial.ts";
import type { Facts } from "./facts.ts";
import { own } from "./json.ts";
import { objectAt, wrongType } from "./validating/fields.ts";

/** A rule that looks for a field in what is no object finds nothing there. */
export function shapeObjections({ object }: AdmissionRequest): Objection[] {
  const wrong =
    object === undefined
      ? [wrongType("object", object, "an object")]
      : ["metadata", "spec"].flatMap((key) => objectAt(own(object, key), key).wrong);
  return wrong.map((violation) => ({ id: "malformed-object", violation }));
}

/** The namespace must be a tenant's, and not on its way out. */
export function placeObjections({ namespace, operation }: AdmissionRequest, facts: Facts): Objection[] {
  const known = facts.namespace(namespace);
  const where = `namespace ${JSON.stringify(namespace)}`;
  if (known?.tenant === undefined) {
    const text = `${where} is neither a tenant's nor the platform's; have the platform label it, or use a tenant's namespace`;
    return [{ id: "unknown-namespace", code: 403, text }];
  }
  if (!known.terminating || operation !== "CREATE") return [];
  return [{ id: "terminating-namespace", code: 403, text: `${where} is being deleted; nothing new is admitted there` }];
}
