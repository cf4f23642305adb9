// `landlord review` as a whole process, from its start to its end: what a pipeline waits for.
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { stringify } from "yaml";
import { policyDocument } from "../test/helpers/confinement-cases.ts";
import { compared, type Table } from "./bench.ts";
import { caseOf } from "./review-bodies.ts";

const DOCUMENTS = 1_000;
const ENTRY = fileURLToPath(new URL("../src/bin.cjs", import.meta.url));

/** By turns, so that all see the same machine; the first turn warms up. */
export async function commands(rounds: number): Promise<Table> {
  const directory = await mkdtemp(join(tmpdir(), "landlord-bench-"));
  try {
    const path = (name: string): string => join(directory, name);
    const good = stringify(caseOf("1").review?.request.object);
    await writeFile(path("policy.yaml"), policyDocument(caseOf("1").config));
    await writeFile(path("one.yaml"), good);
    await writeFile(path("many.yaml"), Array.from({ length: DOCUMENTS }, () => good).join("---\n"));
    const judging = (name: string): string[] => [ENTRY, "review", "-f", path(name), "--policy", path("policy.yaml")];
    const series: Record<string, string[]> = {
      "node alone": ["-e", "0"],
      "landlord review, one document": judging("one.yaml"),
      [`landlord review, ${DOCUMENTS.toLocaleString("en")} documents`]: judging("many.yaml"),
    };
    const samples = Object.fromEntries(Object.keys(series).map((name): [string, number[]] => [name, []]));
    for (let round = 0; round < rounds + 1; round++) {
      for (const [name, args] of Object.entries(series)) {
        const started = performance.now();
        await promisify(execFile)(process.execPath, args);
        if (round > 0) samples[name]?.push(performance.now() - started);
      }
    }
    return compared("landlord review, whole process, wall clock", samples);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
