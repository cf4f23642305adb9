// Says which rows of a snapshot cannot be read: in the metrics always, in the log when it changes.
import type { Metrics } from "../metrics.ts";
import type { Log } from "../model/log.ts";
import type { Snapshot } from "./snapshot.ts";

/** So many are named in one log line. */
const NAMED = 20;

export function createFlags(options: {
  log: Log;
  metrics: Pick<Metrics, "generatorTenants">;
}): (snapshot: Snapshot) => void {
  const { log, metrics } = options;
  let told = "";
  return (snapshot) => {
    const { rows, bad, nameless } = snapshot;
    const enabled = snapshot.matching(undefined).size;
    metrics.generatorTenants.set({ state: "enabled" }, enabled);
    metrics.generatorTenants.set({ state: "disabled" }, rows.size - enabled);
    metrics.generatorTenants.set({ state: "bad" }, bad.size + nameless);
    // columns, never values: a param may be a secret
    const faults = Array.from(bad.values(), ({ tenantId, faults: of }) => ({
      tenantId,
      columns: [...new Set(of.map(({ column }) => column))],
    }));
    const what = JSON.stringify([faults, nameless]);
    if (what === told) return;
    told = what;
    if (faults.length + nameless === 0) return log.info({ rows: rows.size }, "all rows can be read");
    log.warn(
      { bad: faults.length, nameless, rows: faults.slice(0, NAMED) },
      "rows that cannot be read are left out, or served as they were",
    );
  };
}
