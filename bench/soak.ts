// The kube layer under fire: `npm run soak -- --minutes 5`. Two replicas, namespaces that come and go, and a fault every 20 s; exit 1 unless all ends well.
//   --minutes N   length, 5 by default          --rate N      namespaces created, changed and deleted per second, 5
//   --every N     seconds between faults, 20    --seed N      order of faults and choice of changes; by default the time
//   --mode M      bound or legacy tokens        --faults A,B  only these kinds
//   --report F    writes the report as Markdown --json F      writes all that was seen
//   --logs D      keeps the replicas' logs in a folder
import { writeFile } from "node:fs/promises";
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { machine } from "./machine.ts";
import { FAULTS } from "./soak/faults.ts";
import { isClean, render } from "./soak/report.ts";
import { runSoak } from "./soak/soak.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "5" },
    rate: { type: "string", default: "5" },
    every: { type: "string", default: "20" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    mode: { type: "string", default: "bound" },
    faults: { type: "string" },
    report: { type: "string" },
    json: { type: "string" },
    logs: { type: "string" },
  },
});
const [minutes, perSecond, faultEverySeconds, seed] = [values.minutes, values.rate, values.every, values.seed].map(
  Number,
);
const faults = values.faults?.split(",");
const unknown = faults?.filter((name) => !FAULTS.some((fault) => fault.name === name)) ?? [];
const mode = values.mode === "bound" || values.mode === "legacy" ? values.mode : undefined;
const isNumber = [minutes, perSecond, faultEverySeconds].every((value) => value !== undefined && value > 0);
if (!isNumber || seed === undefined || Number.isNaN(seed) || mode === undefined || unknown.length > 0) {
  console.error(`usage: npm run soak -- [--minutes N] [--rate N] [--every N] [--seed N] [--mode bound|legacy] [--faults A,B]
kinds of faults: ${FAULTS.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}

const here = await machine();
const result = await runSoak({
  seconds: minutes! * 60,
  perSecond: perSecond!,
  faultEverySeconds: faultEverySeconds!,
  seed,
  mode,
  ...(faults === undefined ? {} : { faults }),
  ...(values.logs === undefined ? {} : { logs: values.logs }),
  log: (line) => console.error(line),
});
const text = render(result, { ...here, loadAtEnd: loadavg()[0] ?? Number.NaN });
console.log(text);
if (values.report !== undefined) await writeFile(values.report, text);
if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify({ machine: here, ...result })}\n`);
process.exit(isClean(result) ? 0 : 1);
