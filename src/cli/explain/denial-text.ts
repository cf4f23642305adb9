// Finds what denied in a pasted text: kubectl's error, a Flux condition, an Argo CD message, an Event. Such texts are wrapped, quoted and cut.
import { type ObjectionDoc, objectionDocs } from "./objections.ts";

export interface Told {
  /** Ids of rules with the fields that they were about, in the order of the text; each pair once. */
  rules: readonly { id: string; field: string }[];
  objections: readonly ObjectionDoc[];
}

/** `K2 spec.targetNamespace is "kube-system"`: id, path, and that it is about a value. */
const OBJECTION = /\b([A-Z]\d{1,2}[a-z]?) ([a-z][^\s"']{0,127}) is\b/g;
/** More is no message. */
const MOST = 1_000_000;

/** `ids`: those of the rules there are; anything else that looks like one is chance. */
export function readDenial(text: string, ids: ReadonlySet<string>): Told {
  const line = text
    .slice(0, MOST)
    .replaceAll(/\\(["'])/g, "$1")
    .replaceAll(/\s+/g, " ");
  const found = new Map<string, { id: string; field: string }>();
  for (const [, id = "", field = ""] of line.matchAll(OBJECTION)) {
    if (ids.has(id)) found.set(`${id} ${field}`, { id, field });
  }
  return { rules: [...found.values()], objections: objectionDocs.filter(({ sign }) => sign.test(line)) };
}
