// The output formats of `landlord review`, the usual one first.
import type { Format } from "./format.ts";
import { json } from "./json.ts";
import { junit } from "./junit.ts";
import { sarif } from "./sarif.ts";
import { text } from "./text.ts";

export const formats: readonly Format[] = [
  text, // for people
  json, // for programs
  sarif, // for code scanning
  junit, // for test reports
];
