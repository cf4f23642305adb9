// What stands against a request, in words: the same for a dry run and the real thing, one line, bounded, and never a secret.
import type { AdmissionRequest, Cause, Denial } from "./admission.ts";
import { isUnset } from "./json.ts";
import { oneLine, quote } from "./text.ts";
import type { Violation } from "./validating/rule.ts";

/**
 * A rule's violation, or a fault that is nobody's field: then `text` says it all. `id` is the rule's, or what the audit log calls the fault.
 * `lasting`: it is against the change itself, so that an object whose content stays the same is no excuse.
 */
export type Objection =
  | { id: string; violation: Violation; lasting?: true }
  | { id: string; code: 403 | 500; text: string };

const CAUSES_LIMIT = 20;
/** In bytes. Readers of a Flux condition or a terminal give up far earlier; logs and Events must not be flooded. */
const MESSAGE_LIMIT = 2000;
const FIELD_LIMIT = 128;
const PART_LIMIT = 256;
const SECRET_FIELD = /(^|\.)(data|stringData)([.[]|$)/;

/**
 * Reason Forbidden, with everything in the message: kubectl prints no message with Invalid, and no causes with anything else.
 * The rule and the field come first, since conditions and terminals cut at the end.
 */
export function denial(request: AdmissionRequest, objections: readonly Objection[]): Denial {
  const isForbidden = objections.some((objection) => "violation" in objection || objection.code === 403);
  const { name, kind } = request;
  return {
    code: isForbidden ? 403 : 500,
    reason: isForbidden ? "Forbidden" : "InternalError",
    message: message(objections),
    rules: idsOf(objections),
    details: { name, group: kind.group, kind: kind.kind, causes: causes(objections) },
  };
}

/** Each id once, in order. */
export function idsOf(objections: readonly Objection[]): string[] {
  return [...new Set(objections.map(({ id }) => id))];
}

/** One objection in one line: rule, field, what was found, what is allowed, how to mend it. */
export function sentence(objection: Objection): string {
  if (!("violation" in objection)) return oneLine(objection.text, PART_LIMIT);
  const { field, allowed, remedy } = objection.violation;
  const is = shownValue(objection.violation);
  return `${objection.id} ${oneLine(field, FIELD_LIMIT)} is ${is}; allowed: ${oneLine(allowed, PART_LIMIT)}; ${oneLine(remedy, PART_LIMIT)}`;
}

/** The value that was found, as it may stand in a text. */
export function shownValue({ field, found, shown }: Violation): string {
  if (shown !== undefined) return oneLine(shown, PART_LIMIT);
  return SECRET_FIELD.test(field) && found !== undefined ? "not shown" : quote(found);
}

function message(objections: readonly Objection[]): string {
  const told: string[] = [];
  let bytes = 0;
  for (const objection of objections.slice(0, CAUSES_LIMIT)) {
    const text = sentence(objection);
    bytes += Buffer.byteLength(text) + 2;
    if (bytes > MESSAGE_LIMIT && told.length > 0) break;
    told.push(text);
  }
  const more = objections.length - told.length;
  return [...told, ...(more > 0 ? [`and ${more} more`] : [])].join(". ");
}

function causes(objections: readonly Objection[]): Cause[] {
  return objections.slice(0, CAUSES_LIMIT).flatMap((objection) => ("violation" in objection ? [cause(objection)] : []));
}

function cause(objection: Objection & { violation: Violation }): Cause {
  const { field, found } = objection.violation;
  const reason = isUnset(found) ? "FieldValueRequired" : "FieldValueForbidden";
  return { reason, field: oneLine(field, FIELD_LIMIT), message: sentence(objection) };
}
