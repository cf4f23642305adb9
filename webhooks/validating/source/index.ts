// The rules about Flux's sources, in the order in which their violations are told.
import type { Rule } from "../rule.ts";
import { artifacts } from "./artifacts.ts";
import { sourceProvider } from "./source-provider.ts";
import { sourceUrl } from "./source-url.ts";

export const sourceRules: readonly Rule[] = [
  sourceUrl, //       S1: where content comes from
  sourceProvider, //  S2: whose cloud identity fetches it
  artifacts, //       S3: who makes it
];
