import assert from "node:assert/strict";
import { test } from "node:test";
import { createApp } from "../../../src/http/app.ts";
import { metricsRoutes } from "../../../src/http/metrics.ts";
import { createMetrics } from "../../../src/metrics.ts";
import { openDoor } from "../../helpers/https-door.ts";
import { createTestLog } from "../../helpers/log.ts";

const SCRAPE = "GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n";

test("shows the figures as Prometheus reads them", async (t) => {
  const metrics = createMetrics();
  metrics.denials.inc({ rule: "some-rule" }, 3);
  const { log } = createTestLog();
  const { dial } = await openDoor(t, { handler: createApp({ routes: [metricsRoutes(metrics)], log }) });
  const client = await dial();
  client.send(SCRAPE);
  const { status, headers, body } = await client.answer();
  assert.equal(status, 200);
  assert.match(headers["content-type"] ?? "", /^text\/plain; version=0\.0\.4/);
  assert.match(body, /^landlord_admission_denials_total\{rule="some-rule"\} 3$/m);
});

test("answers 500 when the figures cannot be had", async (t) => {
  const { log, lines } = createTestLog();
  const broken = { scrape: () => Promise.reject(new Error("registry is broken")) };
  const { dial } = await openDoor(t, { handler: createApp({ routes: [metricsRoutes(broken)], log }) });
  const client = await dial();
  client.send(SCRAPE);
  assert.equal((await client.answer()).status, 500);
  assert.equal(lines[0]?.fields["error"], "registry is broken");
});
