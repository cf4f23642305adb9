// How often a property is tried: `usual` times, and FUZZ_FACTOR times as often where that is set. `npm run test:fuzz` makes a million of 5000.

export function fuzzRuns(usual: number): { numRuns: number } {
  return { numRuns: usual * Number(process.env["FUZZ_FACTOR"] ?? 1) };
}
