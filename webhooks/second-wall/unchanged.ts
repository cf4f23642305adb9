// Whether an UPDATE changes anything that is judged, in CEL: the webhook's answer to that is in ratchet.ts.
import type { Policy } from "../policy.ts";
import { judgedKeys, NOT_CONTENT } from "../ratchet.ts";
import { type Cel, isListed, list } from "./cel.ts";

export function unchanged(policy: Policy): Cel {
  const matters = isListed("k", judgedKeys(policy));
  const notContent = list(NOT_CONTENT);
  const isOperation = 'k == "operation"'; // one that is over leaves nothing to be judged
  return [
    'request.operation == "UPDATE"',
    sameLabels(matters, "object", "oldObject"),
    sameLabels(matters, "oldObject", "object"),
    `oldObject.all(k, k in ${notContent} || k in object || ${isOperation})`,
    `object.all(k, k in ${notContent} || (k in oldObject && object[k] == oldObject[k]) || (${isOperation} && object[k] == null))`,
  ].join("\n&& ");
}

/** Labels and annotations of one that matter stand in the other as well. */
function sameLabels(matters: Cel, one: Cel, other: Cel): Cel {
  const isSame = `${other}.metadata[?m][?k] == optional.of(${one}.metadata[m][k])`;
  return `["labels", "annotations"].all(m, ${one}.metadata[?m].orValue({}).all(k, !${matters} || ${isSame}))`;
}
