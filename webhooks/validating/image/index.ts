// The rules about Flux's image automation.
import type { Rule } from "../rule.ts";
import { imageSource } from "./image-source.ts";

export const imageRules: readonly Rule[] = [
  imageSource, //  I1: whose repositories it reads and writes
];
