import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_BASELINE } from "../../../src/generator/baseline.ts";
import { canonical } from "../../../src/generator/input.ts";
import { createRefusals, type RefusalReport } from "../../../src/generator/refusals.ts";
import { createMetrics } from "../../../src/metrics.ts";
import { createTestLog } from "../../helpers/log.ts";

const KEY = { applicationSetName: "tenants" };
const REFUSAL = { reason: "too-many", removals: 50, of: 100, allowed: 10 } as const;

function setUp() {
  const { log, lines } = createTestLog();
  const metrics = createMetrics();
  const reports: RefusalReport[] = [];
  const refusals = createRefusals({ mode: "hold", log, metrics, report: (refusal) => void reports.push(refusal) });
  const entry = { key: KEY, served: new Set<string>(), pending: new Map<string, number>(), asked: 0 };
  const baseline = (isRefused: boolean) => ({
    ...NO_BASELINE,
    keys: new Map([[canonical(KEY), { ...entry, ...(isRefused ? { refusal: REFUSAL } : {}) }]]),
  });
  const figure = async (name: string) =>
    new RegExp(`^${name}(?:{.*})? (\\d+)$`, "m").exec((await metrics.scrape()).body)?.[1];
  return { refusals, lines, reports, baseline, figure };
}

test("counts each refusal, and logs and reports what is new", async () => {
  const { refusals, lines, reports, figure } = setUp();
  for (let scan = 0; scan < 3; scan++) refusals.tell(KEY, REFUSAL, "h1");
  refusals.tell(KEY, REFUSAL, "h2");
  assert.equal(await figure("landlord_generator_refusals_total"), "4");
  assert.deepEqual(
    reports.map(({ hash }) => hash),
    ["h1", "h2"],
  );
  assert.deepEqual(reports[0], {
    applicationSetName: "tenants",
    ...REFUSAL,
    hash: "h1",
    message: "guard against mass deletion: too many tenants would go at once (50 of 100, allowed 10); snapshot h1",
  });
  assert.deepEqual(lines[0], {
    level: "error",
    message: "answer refused by the guard",
    fields: { applicationSet: "tenants", ...REFUSAL, hash: "h1", mode: "hold" },
  });
  assert.equal(lines.length, 2);
});

test("tells again of what was settled in between, and shows how many are refused now", async () => {
  const { refusals, reports, baseline, figure } = setUp();
  refusals.tell(KEY, REFUSAL, "h1");
  refusals.settle(baseline(true));
  assert.equal(await figure("landlord_generator_refused_answers"), "1");
  refusals.tell(KEY, REFUSAL, "h1");
  assert.equal(reports.length, 1);
  refusals.settle(baseline(false));
  assert.equal(await figure("landlord_generator_refused_answers"), "0");
  refusals.tell(KEY, REFUSAL, "h1");
  assert.equal(reports.length, 2);
});
