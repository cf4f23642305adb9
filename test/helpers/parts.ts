// What the roles of the service stand on, opened for a test and closed after it.
import type { TestContext } from "node:test";
import { freePort } from "../../sandbox/port.ts";
import { type Environment, loadConfig } from "../../src/config.ts";
import { createLifecycle, type Lifecycle } from "../../src/lifecycle.ts";
import { createMetrics } from "../../src/metrics.ts";
import { systemClock } from "../../src/model/clock.ts";
import { openParts, type Parts } from "../../src/service/parts.ts";
import { createTestLog, type LogLine } from "./log.ts";

export interface OpenedParts {
  parts: Parts;
  lifecycle: Lifecycle;
  lines: LogLine[];
  failures: unknown[];
  /** Status and body of a path on the health port. */
  health: (path: string) => Promise<{ status: number; text: string }>;
}

export async function partsOf(t: TestContext, env: Environment): Promise<OpenedParts> {
  const port = await freePort();
  const own = { LANDLORD_BIND_ADDRESS: "127.0.0.1", LANDLORD_HEALTH_PORT: String(port), LANDLORD_SHUTDOWN_DRAIN: "0" };
  const config = loadConfig({ ...own, ...env });
  const { log, lines } = createTestLog();
  const lifecycle = createLifecycle({ deadlineMs: 5_000, clock: systemClock, log });
  t.after(() => lifecycle.stop());
  const failures: unknown[] = [];
  const fail = (error: unknown): void => void failures.push(error);
  const parts = await openParts({ config, clock: systemClock, log, metrics: createMetrics(), lifecycle, fail });
  return {
    parts,
    lifecycle,
    lines,
    failures,
    async health(path) {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: "close" } });
      return { status: response.status, text: await response.text() };
    },
  };
}
