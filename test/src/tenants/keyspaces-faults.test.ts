// A thousand scans of a database that fails at random: each gives every row once, or it throws.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Client, types } from "cassandra-driver";
import { type Clock, systemClock } from "../../../src/model/clock.ts";
import { describe as inWords } from "../../../src/model/errors.ts";
import { collect } from "../../helpers/collect.ts";
import { type FaultRun, faultRun } from "../../helpers/fault-run.ts";
import { authority, openDatabase, openKeyspaces, PASSWORD, QUICK, SERVER_NAME } from "../../helpers/keyspaces.ts";
import type { ScriptedCql } from "../../helpers/scripted-cql.ts";
import { seeded } from "../../helpers/seeded.ts";

const RUNS = 1_000;
const TRIES = 8;
const FIRST_SEED = 20_261_121;
const signal = new AbortController().signal;

/** Back-off takes one turn of the event loop; time limits take their time. */
const hasty: Clock = {
  now: () => systemClock.now(),
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

describe("scans of a database that fails at random", () => {
  it(`give every row exactly once or throw, in ${RUNS} runs`, async (t) => {
    const database = await openDatabase(t);
    const { store } = openKeyspaces(t, database.port, {
      clock: hasty,
      timing: { ...QUICK, answerMs: 60, tries: TRIES },
    });
    const scan = async (): Promise<string[]> =>
      (await collect(store.scan(signal))).map((row) => (row.ok ? row.row.tenantId : `bad ${row.bad.tenantId}`));
    let [complete, failed] = [0, 0];
    for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
      const { run, got } = await play(database, seed, scan);
      const told = `seed ${seed}: ${run.story.join("; ")}`;
      if (got instanceof Error) {
        assert.equal(run.mendable, false, `${told}: ${inWords(got)}`);
        failed++;
      } else {
        assert.deepEqual(got, run.ids, told);
        assert.equal(run.mendable, true, told);
        complete++;
      }
    }
    assert.ok(complete > RUNS / 2 && failed > RUNS / 20, `${complete} complete, ${failed} failed`);
    assert.ok(database.queries.every(({ statement }) => statement.startsWith("SELECT ")));
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
