// A thousand scans of a database that fails at random: each gives every row once, or it throws.
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { Client, types } from "cassandra-driver";
import { type Clock, systemClock } from "../../../src/model/clock.ts";
import { describe as inWords } from "../../../src/model/errors.ts";
import { collect } from "../../helpers/collect.ts";
import { type FaultRun, faultRun } from "../../helpers/fault-run.ts";
import { authority, openDatabase, openKeyspaces, PASSWORD, QUICK, SERVER_NAME } from "../../helpers/keyspaces.ts";
import type { ScriptedCql } from "../../helpers/scripted-cql.ts";
import { seeded } from "../../helpers/seeded.ts";

const RUNS = 1_000;
const LANES = 20;
const TRIES = 8;
const FIRST_SEED = 20_261_121;
const signal = new AbortController().signal;

/** Back-off takes one turn of the event loop; time limits take their time. */
const hasty: Clock = {
  now: () => systemClock.now(),
  steady: () => systemClock.steady(),
  after(ms, task) {
    if (ms > QUICK.backoff.maxMs) return systemClock.after(ms, task);
    const turn = setImmediate(task);
    return () => clearImmediate(turn);
  },
};

/** The ids, or what was thrown. */
async function play(
  database: ScriptedCql,
  seed: number,
  scan: () => Promise<string[]>,
): Promise<{ run: FaultRun; got: string[] | Error }> {
  const run = faultRun(seeded(seed), TRIES);
  database.respond(run.respond);
  const got = await scan().catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
  return { run, got };
}

const isComplete = (run: FaultRun, got: string[]): boolean => got.join() === run.ids.join();

/** Every `LANES`th seed, on a database and a store of its own: most of a run is waiting. */
async function runLane(t: TestContext, lane: number): Promise<{ complete: number; failed: number }> {
  const database = await openDatabase(t);
  const timing = { ...QUICK, answerMs: 200, tries: TRIES };
  const { store } = openKeyspaces(t, database.port, { clock: hasty, timing });
  const scan = async (): Promise<string[]> =>
    (await collect(store.scan(signal))).map((row) => (row.ok ? row.row.tenantId : `bad ${row.bad.tenantId}`));
  const outcome = { complete: 0, failed: 0 };
  for (let seed = FIRST_SEED + lane; seed < FIRST_SEED + RUNS; seed += LANES) {
    const { run, got } = await play(database, seed, scan);
    const told = `seed ${seed}: ${run.story.join("; ")}`;
    if (got instanceof Error) {
      assert.equal(run.mendable, false, `${told}: ${inWords(got)}`);
      outcome.failed++;
    } else {
      assert.deepEqual(got, run.ids, told);
      assert.equal(run.mendable, true, told);
      outcome.complete++;
    }
  }
  assert.ok(database.queries.every(({ statement }) => statement.startsWith("SELECT ")));
  return outcome;
}

describe("scans of a database that fails at random", () => {
  it(`give every row exactly once or throw, in ${RUNS} runs`, async (t) => {
    const outcomes = await Promise.all(Array.from({ length: LANES }, (_, lane) => runLane(t, lane)));
    const sum = (of: "complete" | "failed"): number => outcomes.reduce((total, outcome) => total + outcome[of], 0);
    const [complete, failed] = [sum("complete"), sum("failed")];
    assert.equal(complete + failed, RUNS);
    assert.ok(complete > RUNS / 2 && failed > RUNS / 20, `${complete} complete, ${failed} failed`);
  });

  it("would be short with the driver's own iterator", async (t) => {
    const database = await openDatabase(t);
    const client = new Client({
      contactPoints: ["127.0.0.1"],
      localDataCenter: "us-east-1",
      protocolOptions: { port: database.port, maxVersion: types.protocolVersion.v4 },
      credentials: { username: "landlord", password: PASSWORD },
      sslOptions: { ca: [authority.certificate], rejectUnauthorized: true, servername: SERVER_NAME },
      monitorReporting: { enabled: false },
      socketOptions: { readTimeout: 200 },
    });
    t.after(() => client.shutdown());
    const scan = async (): Promise<string[]> =>
      (await collect(await client.execute("SELECT * FROM t"))).map((row) => String(row.get("tenant_id")));
    let short = 0;
    for (let seed = FIRST_SEED; seed < FIRST_SEED + 40; seed++) {
      const { run, got } = await play(database, seed, scan);
      if (!(got instanceof Error) && !isComplete(run, got)) short++;
    }
    assert.ok(short > 0);
  });
});
