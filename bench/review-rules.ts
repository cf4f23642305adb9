// What judging costs: CPU time of a review from bytes to bytes, without the network. All rules against the three of the beginning, kind by kind.
import { casePolicy } from "../test/helpers/confinement-cases.ts";
import { rules } from "../webhooks/validating/index.ts";
import { compared, type Table } from "./bench.ts";
import { caseOf, padded } from "./review-bodies.ts";
import { validatingHandler } from "./validating-handler.ts";

const THREE = new Set(["K1", "K2", "K4"]);
const WARM_UP = 5;
const REVIEWS_A_ROUND = 250;
/** A good object of each kind, by the id of its case. */
const KINDS: Record<string, string> = {
  Kustomization: "1",
  "Kustomization with patches": "23",
  HelmRelease: "41",
  GitRepository: "49",
  Application: "58",
};

export const rulesAlone = (rounds: number): Table[] =>
  Object.entries(KINDS).map(([kind, id]) => measure(kind, id, rounds));

function measure(kind: string, id: string, rounds: number): Table {
  const { config, review: asked } = caseOf(id);
  const policy = { ...casePolicy(config), unknownResources: "allow" } as const; // the three know no other kind: those are allowed then
  const body = padded(asked);
  const three = rules.filter((rule) => THREE.has(rule.id));
  const series: Record<string, number[]> = { "JSON.parse alone": [], "three rules": [], "all rules": [] };
  const sides = [
    parsed,
    validatingHandler({ members: three, policy, logLevel: "silent" }),
    validatingHandler({ policy, logLevel: "silent" }),
  ];
  for (let round = 0; round < rounds + WARM_UP; round++) {
    for (const [index, samples] of Object.values(series).entries()) {
      const cpu = cpuOf(() => sides[index]?.(body));
      if (round >= WARM_UP) samples.push(cpu);
    }
  }
  return {
    ...compared(`judging a ${kind} of ${body.length.toLocaleString("en")} bytes, CPU a review`, series),
    unit: "us",
  };
}

const parsed = (body: Buffer): unknown => JSON.parse(body.toString("utf8"));

function cpuOf(work: () => void): number {
  const before = process.cpuUsage();
  for (let count = 0; count < REVIEWS_A_ROUND; count++) work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / REVIEWS_A_ROUND;
}
