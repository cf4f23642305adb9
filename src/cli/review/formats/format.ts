// What an output format of `landlord review` is: a pure function from everything that was found to text.
import type { Rule } from "../../explain/rule-docs.ts";
import type { Place } from "../documents.ts";
import type { Reviewed } from "../verdict.ts";

export interface Report {
  /** One for each document, in the order of the input. */
  reviewed: readonly Reviewed[];
  /** The line of a source on which a field stands, or its nearest parent. */
  lineOf: (place: Place, field: string) => number | undefined;
  /** What the documentation says of the rules; asked for only where it is shown. */
  rules: () => readonly Rule[];
}

export interface Format {
  /** As `-o` takes it. */
  name: string;
  show(report: Report): string;
}
