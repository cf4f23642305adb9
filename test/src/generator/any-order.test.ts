// What must hold in whatever order things happen: faults, restarts, changes of rows, scans and questions of several replicas.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { GeneratorError } from "../../../src/generator/refusal.ts";
import {
  CANADA,
  generatorIn,
  type TestGenerator,
  type World,
  whileTimePasses,
  world,
} from "../../helpers/generator-world.ts";
import { tenantRow } from "../../helpers/memory-store.ts";

const IDS = ["a", "b", "c", "d", "e", "f", "g", "h"];
const labels = { region: "ca-central-1" };

type Change = { act: "put" | "disable" | "delete" | "spoil" | "move"; id: string };
type Trouble = { act: "empty" | "fill" | "failing scan" | "restart" | "lose store" | "heal store" };

const changes: fc.Arbitrary<Change> = fc.record({
  act: fc.constantFrom("put", "disable", "delete", "spoil", "move"),
  id: fc.constantFrom(...IDS),
});
const troubles: fc.Arbitrary<Trouble> = fc.record({
  act: fc.constantFrom("empty", "fill", "failing scan", "restart", "lose store", "heal store"),
});
const guards = fc.record({
  maxRemovals: fc.nat(3),
  maxPercent: fc.constantFrom(0, 25, 50),
  scans: fc.integer({ min: 1, max: 3 }),
});

const fill = ({ store }: World): void => store.set(IDS.map((id) => tenantRow(id, { labels })));

function change({ store }: World, { act, id }: Change): void {
  if (act === "delete") store.rows.delete(id);
  else if (act === "spoil") store.spoil(id);
  else {
    const fields = { labels: act === "move" ? {} : labels, enabled: act !== "disable" };
    store.rows.set(id, { ok: true, row: tenantRow(id, fields) });
  }
}

/** What the registry says of a tenant, to somebody who asks for Canada. */
function stateOf({ store }: World, id: string): "here" | "disabled" | "bad" | "gone" {
  const row = store.rows.get(id);
  if (row === undefined) return "gone";
  if (!row.ok) return "bad";
  if (!row.row.enabled) return "disabled";
  return row.row.labels["region"] === labels.region ? "here" : "gone";
}

async function failScan({ store }: World, generator: TestGenerator): Promise<void> {
  store.failure = new Error("read timeout");
  store.failAfter = 2;
  await assert.rejects(generator.refresh());
  store.failure = undefined;
}

for (const mode of ["hold", "fail"] as const) {
  test(`serves no fewer tenants than the rules allow, whatever happens in whatever order (${mode})`, async () => {
    const acts = fc.oneof(
      { weight: 4, arbitrary: changes },
      { weight: 4, arbitrary: fc.constant({ act: "scan" as const }) },
      { weight: 2, arbitrary: troubles },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(acts, { maxLength: 40 }), guards, async (sequence, guard) => {
        const here = world();
        fill(here);
        let generator = generatorIn(here, { guard: { mode, ...guard } });
        await generator.scan();
        let last: readonly string[] = await tenantsOf(generator);
        /** Complete scans in a row in which the tenant was to go without being disabled. */
        const missing = new Map<string, number>();

        const look = async (): Promise<void> => {
          await generator.scan();
          for (const id of IDS) missing.set(id, stateOf(here, id) === "gone" ? (missing.get(id) ?? 0) + 1 : 0);
          const now = await generator.ids(CANADA);
          if (typeof now === "string") return assert.match(now, /^503 /);
          const unsaid = last.filter((id) => !now.includes(id) && stateOf(here, id) !== "disabled");
          for (const id of IDS) assert.ok(stateOf(here, id) !== "here" || now.includes(id), `${id} is not served`);
          for (const id of unsaid) {
            assert.equal(stateOf(here, id), "gone", `${id} is not served`);
            assert.ok((missing.get(id) ?? 0) >= guard.scans, `${id} went too soon`);
          }
          if (now.length === 0) assert.deepEqual(unsaid, [], "the last tenants went unsaid");
          last = now;
        };

        for (const step of sequence) {
          if (step.act === "scan") await look();
          else if (step.act === "empty") here.store.set([]);
          else if (step.act === "fill") fill(here);
          else if (step.act === "failing scan") await failScan(here, generator);
          else if (step.act === "lose store") here.baseline.failWrite = new Error("disk full");
          else if (step.act === "heal store") here.baseline.failWrite = undefined;
          else if ("id" in step) change(here, step);
          else if (here.baseline.failWrite === undefined) {
            // while writes fail, a restart knows of an older answer only, and counts from there
            generator = generatorIn(here, { guard: { mode, ...guard } });
            await look();
          }
        }
      }),
      { numRuns: 150 },
    );
  });
}

async function tenantsOf(generator: TestGenerator): Promise<string[]> {
  const ids = await generator.ids(CANADA);
  return typeof ids === "string" ? assert.fail(ids) : ids;
}

test("never answers with something older than was answered before, by whichever replica", async () => {
  const who = fc.nat(2);
  const acts = fc.oneof(
    { weight: 5, arbitrary: fc.record({ act: fc.constantFrom("ask", "ask", "ask", "scan", "scan", "restart"), who }) },
    { weight: 2, arbitrary: changes },
    {
      weight: 2,
      arbitrary: fc.record({ act: fc.constant("wait"), ms: fc.constantFrom(1, 100, 499, 501, 600, 5_000) }),
    },
    { weight: 1, arbitrary: fc.record({ act: fc.constant("store"), works: fc.boolean() }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(acts, { minLength: 5, maxLength: 40 }), async (sequence) => {
      const here = world({ shared: true });
      fill(here);
      const guard = { mode: "hold", maxRemovals: 8, maxPercent: 100, scans: 2 } as const;
      const replicas = [0, 1, 2].map(() => generatorIn(here, { guard }));
      await Promise.all(replicas.map((replica) => replica.scan()));
      let highest = 0;
      const bodies = new Map<number, string>();

      /** All ask side by side; what counts is the order in which they are answered. */
      const ask = async (replica: TestGenerator): Promise<void> => {
        try {
          const { snapshot, body } = await replica.answer();
          assert.ok(Number(snapshot.id) >= highest, `${snapshot.id} after ${highest}`);
          highest = Number(snapshot.id);
          assert.equal(bodies.get(highest) ?? String(body), String(body));
          bodies.set(highest, String(body));
        } catch (error) {
          if (!(error instanceof GeneratorError)) throw error;
        }
      };

      const working: Promise<void>[] = [];
      for (const step of sequence) {
        if ("id" in step) change(here, step);
        else if ("ms" in step) await here.clock.advance(step.ms);
        else if ("works" in step) here.baseline.failRead = step.works ? undefined : new Error("unavailable");
        else if (step.act === "restart") replicas[step.who] = generatorIn(here, { guard });
        else {
          const replica = replicas[step.who] ?? assert.fail();
          working.push(step.act === "ask" ? ask(replica) : replica.refresh().catch(() => undefined));
        }
      }
      here.baseline.failRead = undefined;
      await whileTimePasses(here.clock, Promise.all(working));
    }),
    { numRuns: 60 },
  );
});
