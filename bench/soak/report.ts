// What came of a soak, as Markdown for people; and whether it went well.
import { quantile } from "../bench.ts";
import type { Machine } from "../machine.ts";
import { FAULTS } from "./faults.ts";
import { type Growth, hasGrown } from "./memory.ts";
import { type SoakResult, STARVED } from "./result.ts";
import type { Strike } from "./strikes.ts";

const SHOWN = 10;

/** What must be 0, and how it is called. */
const MUST_BE_NONE: Record<keyof SoakResult["faults"], string> = {
  tenants: "tenants not ready, or not as they should be, at the end",
  credentials: "credentials of dead namespaces that still open something",
  duplicates: "duplicate writes",
  stuck: "keys stuck",
  refused: "requests refused while nothing kept the API server from answering",
  escapes: "forbidden changes that got in",
  neverReady: "tenants that were born in quiet and not ready within 30 s",
  strikes: "faults that did not come to their end",
};

export const isClean = (result: SoakResult): boolean =>
  Object.values(result.faults).every((found) => found.length === 0) && !result.growth.some(hasGrown);

export function render(result: SoakResult, machine: Machine & { loadAtEnd: number }): string {
  const sections = [
    head(result, machine),
    counts(result),
    lag(result),
    faults(result),
    memory(result),
    details(result),
  ];
  return `${sections.filter((section) => section !== "").join("\n\n")}\n`;
}

function head({ options, begun }: SoakResult, machine: Machine & { loadAtEnd: number }): string {
  const { cores, memoryGiB, load, loadAtEnd, node, kubernetes, processor } = machine;
  const { seconds, perSecond, faultEverySeconds, seed, mode } = options;
  return `# Soak of ${new Date(begun).toISOString().slice(0, 10)}

Two replicas for ${+(seconds / 60).toFixed(1)} minutes: ${perSecond} namespaces created, changed and deleted a second, ${mode} tokens, a fault every
${faultEverySeconds} s in an order by seed ${seed}. Begun ${new Date(begun).toISOString()}.

Machine: ${cores} cores (${processor}), ${memoryGiB} GiB, load ${load.toFixed(1)} at the beginning and ${loadAtEnd.toFixed(1)} at the end, shared by control
plane, replicas and load; node ${node}, Kubernetes ${kubernetes}.`;
}

function counts(result: SoakResult): string {
  const { created, changed, damaged, deleted, denied, heldBack } = result.driver.counts;
  const { total, excused, idle } = result.writes;
  const failures = result.driver.failures.filter(({ during }) => during !== "");
  const starved = failures.filter(({ during }) => during === STARVED).length;
  const rows = Object.entries(MUST_BE_NONE).map(([key, name]) => [
    name,
    String(result.faults[key as keyof SoakResult["faults"]].length),
  ]);
  return `## What must be 0

${table(["count", "found"], rows)}

${created} namespaces created and ${deleted} deleted (${heldBack} fewer than asked for, because kube-controller-manager deletes no faster), ${changed} changes, ${damaged} objects of tenants taken away or altered, ${denied} forbidden
changes denied; ${result.tokensOfTheDead} tokens of dead namespaces asked about. Landlord wrote ${total} times; ${idle} of these writes changed nothing, and
${excused} were repeated because the first one's answer was lost. ${failures.length - starved} requests failed while the API server, or
a replica that it calls, was away, and ${starved} while the machine was so busy that the control took more than 1.5 s.`;
}

function lag({ lag: { all, quiet, control } }: SoakResult): string {
  const rows = [times("all", all), times("no fault near", quiet), times("control", control)];
  return `## From a namespace's creation to TenantReady

${table(["milliseconds", "n", "p50", "p99", "max"], rows)}

Control: the dry run of one ConfigMap, every second, in which Landlord has no part; it says how busy the machine was.`;
}

const times = (name: string, samples: readonly number[]): string[] => [
  name,
  String(samples.length),
  ...[0.5, 0.99, 1].map((share) => quantile(samples, share).toFixed(0)),
];

function faults({ strikes }: SoakResult): string {
  const rows = FAULTS.flatMap(({ name, about }) => {
    const own = strikes.filter((strike) => strike.name === name);
    if (own.length === 0) return [];
    const worst = (of: (strike: Strike) => number): string => Math.max(...own.map(of)).toFixed(1);
    return [
      [
        name,
        about,
        String(own.length),
        worst(({ from, to }) => (to - from) / 1000),
        worst((each) => each.recoverySeconds),
      ],
    ];
  });
  return `## Faults

${table(["fault", "what happens", "times", "longest, s", "recovery, s"], rows)}

Recovery: from the end of the fault until every tenant that was born during it was ready, at worst. A jump of the clock cannot be made from
outside of a process; \`holder-paused\` comes near, and the unit tests move the clock itself.`;
}

const PROCESS = ["process of", "minutes", "RSS warm", "RSS end", "RSS peak, MiB", "files warm", "files end", ""];

function memory({ growth }: SoakResult): string {
  if (growth.length === 0) return "## Memory\n\nNo process lived for three minutes, so nothing can be said of growth.";
  return `## Memory

${table(PROCESS, growth.map(process))}

Warm: the median of the third minute of a process; end: that of its last. Processes that lived for less than three minutes are left out.`;
}

const process = (growth: Growth): string[] => {
  const { replica, minutes, warmMiB, endMiB, peakMiB, warmDescriptors, endDescriptors } = growth;
  const sizes = [warmMiB, endMiB, peakMiB, warmDescriptors, endDescriptors].map((size) => size.toFixed(0));
  return [replica, minutes.toFixed(1), ...sizes, hasGrown(growth) ? "grown" : "steady"];
};

function details(result: SoakResult): string {
  const found = Object.entries(MUST_BE_NONE).flatMap(([key, name]) => {
    const lines = result.faults[key as keyof SoakResult["faults"]];
    if (lines.length === 0) return [];
    return [
      `### ${name}\n\n${lines
        .slice(0, SHOWN)
        .map((line) => `- ${line}`)
        .join("\n")}`,
    ];
  });
  return found.length === 0 ? "" : ["## What was found", ...found].join("\n\n");
}

const table = (columns: readonly string[], rows: readonly string[][]): string =>
  [columns, columns.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
