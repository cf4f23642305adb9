// Runs benchmarks: `npm run bench` all of them, `npm run bench -- onboarding` one. Machines are shared and noisy: quote ratios.
import { cpus, loadavg } from "node:os";
import { type Benchmark, render } from "./bench.ts";
import { generator } from "./generator.ts";
import { onboarding } from "./onboarding.ts";
import { review } from "./review.ts";

/** In the order in which they are run. */
const BENCHMARKS: readonly Benchmark[] = [review, onboarding, generator];

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !BENCHMARKS.some((benchmark) => benchmark.name === name));
if (unknown.length > 0) {
  console.error(
    `no such benchmark: ${unknown.join(", ")} (there are ${BENCHMARKS.map(({ name }) => name).join(", ")})`,
  );
  process.exit(2);
}
for (const benchmark of BENCHMARKS) {
  const { name, about } = benchmark;
  if (asked.length > 0 && !asked.includes(name)) continue;
  console.log(`${name}: ${about}; ${cpus().length} cores, load ${(loadavg()[0] ?? 0).toFixed(1)}`);
  for (const table of await benchmark.run((line) => console.error(line))) console.log(`\n${render(table)}`);
}
