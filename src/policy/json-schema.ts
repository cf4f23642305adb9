// The policy file's JSON Schema, for editors and for checks in a pipeline: made from the very schema by which the service reads the file.
import { z } from "zod";
import { documentSchema } from "./read.ts";

/** Text of manifests/confinement-policy.schema.json; `npm run schema` writes it. What only the service knows, such as the rules' ids, it does not check. */
export function policyJsonSchema(): string {
  const schema = documentSchema({ ruleIds: new Set(), isProtected: () => true });
  return `${JSON.stringify({ title: "Landlord's confinement policy", ...z.toJSONSchema(schema, { io: "input" }) }, null, 2)}\n`;
}
