// How documents are called and what becomes of them, in the words that all formats share.
import { oneLine } from "../../../../webhooks/text.ts";
import type { Leniency, Verdict } from "../verdict.ts";

const LIMIT = 256;

/** `apps/app.yaml#2`, or `apps/app.yaml#2[3]` for the third item of a List; of a source as a whole its name alone. */
export function placeOf({ source, document, item }: Verdict): string {
  const number = document === 0 ? "" : `#${document}`;
  return `${oneLine(source, LIMIT)}${number}${item === undefined ? "" : `[${item}]`}`;
}

/** `Kustomization team-a/app`, as far as the document says it. */
export function objectOf({ kind, namespace, name }: Verdict): string {
  const path = [namespace, name].filter((part) => part !== "").join("/");
  return oneLine([kind, path].filter((part) => part !== "").join(" "), LIMIT);
}

/** What stands before a finding that does not deny. */
export const LENIENCY: Readonly<Record<Leniency, string>> = {
  warning: "warning",
  "would-deny": "would be denied",
  excepted: "excepted",
  exempt: "exempt",
  tolerated: "tolerated, since nothing changes",
  deprecated: "deprecated",
};
