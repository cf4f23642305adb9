// Runs the tests: units in this one process, then the integration suites, each in its own; one closing line for all.
//   node test/run.ts [--group unit|integration|world|fuzz]... [word ...]     words select files whose path contains one of them
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { Readable } from "node:stream";
import { run } from "node:test";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { configureGlobal } from "fast-check";
import { AUDIT_FOLDER } from "../sandbox/audit.ts";
import { createTally, fileOf, progressLines, type TestEvent } from "./report.ts";

const GROUPS = {
  unit: { files: ["test/{src,webhooks,certs,sandbox,bench,contracts}/**/*.test.ts", "test/*.test.ts"], alone: false },
  integration: { files: ["test/integration/**/*.test.ts"], alone: true },
  world: { files: ["test/world/**/*.test.ts"], alone: true },
  fuzz: { files: ["test/webhooks/reach.test.ts"], alone: false },
} as const;
type Group = keyof typeof GROUPS;

/** After all integration suites, and only if none was left out, failed or was skipped: what they show together. */
const WHOLE_RUN = ["test/whole-run/rights.test.ts"];
/** What `npm test` runs: everything but the suites on parts that take many minutes to build. */
const DEFAULT: Group[] = ["unit", "integration"];
/**
 * The Cassandra driver leaves timers behind that keep a process for minutes after its tests are done, so those suites are ended by force.
 * No others: a process that ends so may take the end of its report along.
 */
const FORCE_EXIT = ["--test-force-exit"];
const NEEDS_FORCE = /cassandra|keyspaces/i;
/** The first suite of all may have to build the control plane. */
const FILE_TIMEOUT_MS = 30 * 60_000;
const TEST_TIMEOUT_MS = 60_000;

// properties draw the same cases each time, so that a run can be repeated; `TEST_SEED=7 npm test` draws others
configureGlobal({ seed: Number(process.env["TEST_SEED"] ?? 20_261_121) });

const { values, positionals } = parseArgs({
  options: { group: { type: "string", multiple: true } },
  allowPositionals: true,
});
const groups = values.group ?? DEFAULT;
const unknown = groups.filter((name) => !Object.hasOwn(GROUPS, name));
if (unknown.length > 0) {
  console.error(`no such group: ${unknown.join(", ")} (there are ${Object.keys(GROUPS).join(", ")})`);
  process.exit(2);
}

const short = (file: string): string => relative(process.cwd(), file);
const tally = createTally();
const { totals } = tally;
for (const group of groups as Group[]) await runGroup(group);
if (totals.passed + totals.failed + totals.skipped === 0) {
  console.error(`no test matches ${positionals.join(" ") || groups.join(", ")}`);
  totals.failed = 1;
}
console.log(
  `\n${totals.passed} passed, ${totals.failed} failed${totals.skipped > 0 ? `, ${totals.skipped} skipped` : ""}`,
);
process.exit(totals.failed === 0 ? 0 : 1);

async function runGroup(group: Group): Promise<void> {
  const { files: pattern, alone } = GROUPS[group];
  const files = globSync(pattern).filter(
    (file) => positionals.length === 0 || positionals.some((word) => file.includes(word)),
  );
  if (files.length === 0) return;
  const started = performance.now();
  const before = { ...totals };
  console.log(`${group}: ${files.length} ${files.length === 1 ? "file" : "files"}`);
  const [byForce, calmly] = [files.filter(needsForce), files.filter((file) => !needsForce(file))];
  const runs = alone
    ? [inProcesses(calmly, []), inProcesses(byForce, FORCE_EXIT)]
    : [
        () =>
          run({
            files: files.toSorted(),
            isolation: "none",
            concurrency: false,
            timeout: group === "fuzz" ? FILE_TIMEOUT_MS : TEST_TIMEOUT_MS,
          }),
      ];
  /** Files that the runner itself has told of. */
  const told = new Set<string>();
  const follow = async (start: () => AsyncIterable<TestEvent>): Promise<void> => {
    for await (const event of start()) {
      tally.add(event);
      told.add(short(fileOf(event) ?? ""));
      for (const line of progressLines(event, alone, short)) console.log(line);
    }
  };
  const all = async (): Promise<void> => {
    for (const start of runs) await follow(start);
  };
  await (group === "integration" && positionals.length === 0 ? audited(all, follow) : all());
  if (!alone) await countDead(files.filter((file) => !told.has(file)));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(
    `${group}: ${totals.passed - before.passed} passed, ${totals.failed - before.failed} failed in ${seconds} s`,
  );
}

/** Runs suites with a log of what Landlord asks the API server for, and then what judges all of it, if there is all of it. */
async function audited(
  suites: () => Promise<void>,
  follow: (start: () => AsyncIterable<TestEvent>) => Promise<void>,
): Promise<void> {
  const before = { ...totals };
  const folder = mkdtempSync(join(tmpdir(), "landlord-audit-"));
  process.env[AUDIT_FOLDER] = folder; // for the suites' processes
  try {
    await suites();
    const isWhole = totals.failed === before.failed && totals.skipped === before.skipped;
    if (isWhole) await follow(inProcesses(WHOLE_RUN, []));
    else console.log("Landlord's rights are not compared with their use: a suite has failed or was skipped");
  } finally {
    delete process.env[AUDIT_FOLDER];
    rmSync(folder, { recursive: true, force: true });
  }
}

function needsForce(file: string): boolean {
  return NEEDS_FORCE.test(readFileSync(file, "utf8"));
}

/** Each file in a process of its own, two at a time; nothing where there is no file, since run() would then look for some itself. */
function inProcesses(files: readonly string[], execArgv: string[]): () => AsyncIterable<TestEvent> {
  const options = { isolation: "process", concurrency: 2, timeout: FILE_TIMEOUT_MS, execArgv } as const;
  return () => (files.length === 0 ? Readable.from([]) : run({ ...options, files: files.toSorted() }));
}

/** In one process node:test swallows the error of a file that dies while it is read, once a test of it is known. Importing it again tells. */
async function countDead(files: string[]): Promise<void> {
  for (const file of files) {
    await import(pathToFileURL(file).href).catch((error: unknown) => {
      totals.failed++;
      console.log(`FAIL ${file}: ${error instanceof Error ? error.stack : String(error)}`);
    });
  }
}
