// What judging costs: CPU time of a review from bytes to bytes, without the network. All rules against the three of the beginning, kind by kind.
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { stringify } from "yaml";
import { createAdmission } from "../src/http/admission.ts";
import { createLog } from "../src/log.ts";
import { createMetrics } from "../src/metrics.ts";
import {
  type ConfinementCase,
  casePolicy,
  confinementCases,
  policyDocument,
} from "../test/helpers/confinement-cases.ts";
import { createValidator } from "../webhooks/chain.ts";
import { rules } from "../webhooks/validating/index.ts";
import type { Rule } from "../webhooks/validating/rule.ts";
import { type Benchmark, compared, type Table } from "./bench.ts";

const THREE = new Set(["K1", "K2", "K4"]);
const ROUNDS = 40;
const REVIEWS_A_ROUND = 250;
const COMMANDS = 15;
const DOCUMENTS = 1_000;
const ENTRY = fileURLToPath(new URL("../src/bin.cjs", import.meta.url));
/** kube-apiserver adds managed fields and the like: reviews of real objects are about this long. */
const BODY_BYTES = 5_000;
/** A good object of each kind, by the id of its case. */
const KINDS: Record<string, string> = {
  Kustomization: "1",
  "Kustomization with patches": "23",
  HelmRelease: "41",
  GitRepository: "49",
  Application: "58",
};

export const review: Benchmark = {
  name: "review",
  about:
    "CPU of one review of 5 kB from bytes to bytes, all rules against three, per kind; and `landlord review` over 1,000 documents",
  async run(log) {
    log(`${ROUNDS} rounds of ${REVIEWS_A_ROUND} reviews each, taken in turns`);
    const tables = Object.entries(KINDS).map(([kind, id]) => measure(kind, id));
    log(`${COMMANDS} processes each, taken in turns`);
    return [...tables, await commands()];
  },
};

/** Whole processes, from their start to their end. */
async function commands(): Promise<Table> {
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
    for (let round = 0; round < COMMANDS + 1; round++) {
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

function caseOf(id: string): ConfinementCase {
  const found = confinementCases().find((one) => one.id === id);
  if (found === undefined) throw new Error(`no case ${id}`);
  return found;
}

function measure(kind: string, id: string): Table {
  const { config, review: asked } = caseOf(id);
  const policy = casePolicy(config);
  const body = padded(asked);
  const three = answering(
    rules.filter((rule) => THREE.has(rule.id)),
    policy,
  );
  const all = answering(rules, policy);
  const series: Record<string, number[]> = { "JSON.parse alone": [], "three rules": [], "all rules": [] };
  const sides = [parsed, three, all];
  for (let round = 0; round < ROUNDS + 5; round++) {
    for (const [index, samples] of Object.values(series).entries()) {
      const cpu = cpuOf(() => sides[index]?.(body));
      if (round >= 5) samples.push(cpu);
    }
  }
  return compared(`review of a ${kind}, ${body.length.toLocaleString("en")} bytes, CPU a review`, series);
}

const parsed = (body: Buffer): unknown => JSON.parse(body.toString("utf8"));

/** Decodes, judges, counts and encodes, as behind the HTTPS door. Three rules know no other kind: those are allowed then. */
function answering(members: readonly Rule[], policy: ReturnType<typeof casePolicy>): (body: Buffer) => unknown {
  const decide = createValidator({
    members,
    facts: { synced: () => true, namespace: () => undefined, isWideRole: () => undefined },
    policy: () => ({ ...policy, unknownResources: "allow" }),
    observe: () => undefined,
    onError: (_, error) => {
      throw error;
    },
  });
  const metrics = createMetrics();
  return createAdmission({ webhook: "validate", decide, resources: new Set(), log: createLog("silent"), metrics });
}

function cpuOf(work: () => void): number {
  const before = process.cpuUsage();
  for (let count = 0; count < REVIEWS_A_ROUND; count++) work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / REVIEWS_A_ROUND;
}

function padded(body: unknown): Buffer {
  const { request } = structuredClone(body) as { request: { object: { metadata: Record<string, unknown> } } };
  const wrap = (): Buffer =>
    Buffer.from(JSON.stringify({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request }));
  const entry = { manager: "kubectl", operation: "Apply", fieldsV1: { "f:spec": { "f:path": {}, "f:prune": {} } } };
  const fields: object[] = [];
  request.object.metadata["managedFields"] = fields;
  while (wrap().length < BODY_BYTES) fields.push(entry);
  return wrap();
}
