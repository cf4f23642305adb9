// Runs benchmarks: `npm run bench` all of them, `npm run bench -- onboarding` one. Machines are shared and noisy: quote ratios.
//   --quick    everything once and shortly, to see that it runs
//   --json F   writes all that was measured into F, after each benchmark
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { admission } from "./admission.ts";
import type { Benchmark } from "./bench.ts";
import { generator } from "./generator.ts";
import { machine } from "./machine.ts";
import { memory } from "./memory.ts";
import { onboarding } from "./onboarding.ts";
import { type Measured, report } from "./report.ts";
import { review } from "./review.ts";
import { missesOf, render } from "./table.ts";

/** In the order in which they are run. */
const BENCHMARKS: readonly Benchmark[] = [review, admission, onboarding, memory, generator];

const { values, positionals: asked } = parseArgs({
  options: { quick: { type: "boolean", default: false }, json: { type: "string" } },
  allowPositionals: true,
});
const { quick, json } = values;
const unknown = asked.filter((name) => !BENCHMARKS.some((benchmark) => benchmark.name === name));
if (unknown.length > 0) {
  console.error(
    `no such benchmark: ${unknown.join(", ")} (there are ${BENCHMARKS.map(({ name }) => name).join(", ")})`,
  );
  process.exit(2);
}

const here = await machine();
const { cores, memoryGiB, load, node, kubernetes } = here;
console.log(
  `${cores} cores, ${memoryGiB} GiB, load ${load.toFixed(1)}; node ${node}, Kubernetes ${kubernetes}; ${here.date}${quick ? "; quick: the figures are worth nothing" : ""}`,
);
const measured: Measured[] = [];
for (const benchmark of BENCHMARKS) {
  const { name, about } = benchmark;
  if (asked.length > 0 && !asked.includes(name)) continue;
  console.log(`\n${name}: ${about}`);
  const begun = performance.now();
  const tables = await benchmark.run({ log: (line) => console.error(line), quick });
  const seconds = Math.round((performance.now() - begun) / 1000);
  for (const table of tables) console.log(`\n${render(table)}`);
  console.error(`${name}: ${seconds} s`);
  measured.push({ name, about, seconds, tables });
  if (json !== undefined) await writeFile(json, report(here, { quick, measured }));
}
const misses = measured.flatMap(({ tables }) => tables.flatMap(missesOf));
console.log(misses.length === 0 ? "\nno budget was missed" : `\nmissed:\n${misses.join("\n")}`);
