// One JSON array, with one verdict for each document in the order of the input.
import type { Format } from "./format.ts";

export const json: Format = {
  name: "json",
  show({ reviewed }) {
    const verdicts = reviewed.map(({ verdict }) => JSON.stringify(verdict));
    return verdicts.length === 0 ? "[]" : `[\n  ${verdicts.join(",\n  ")}\n]`;
  },
};
