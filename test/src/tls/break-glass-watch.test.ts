import assert from "node:assert/strict";
import { test } from "node:test";
import { createMetrics } from "../../../src/metrics.ts";
import { NEVER, type Stoppable } from "../../../src/tls/break-glass.ts";
import { createGlassWatch } from "../../../src/tls/break-glass-watch.ts";
import { createTestLog } from "../../helpers/log.ts";

const configuration = (isOpen: boolean): Stoppable => ({
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "ValidatingWebhookConfiguration",
  metadata: { name: "landlord", annotations: isOpen ? { "landlord.dev/break-glass": "ada now why" } : {} },
  webhooks: [{ name: "a", matchConditions: isOpen ? [NEVER] : [] }],
});

test("says that the glass is broken until it is whole: once in the log, and in metric and check all the time", async () => {
  const metrics = createMetrics();
  const { log, lines } = createTestLog();
  const glass = createGlassWatch({ log, metrics });
  const figure = async () => /^landlord_break_glass (\d)$/m.exec((await metrics.scrape()).body)?.[1];
  glass.see(configuration(false));
  assert.deepEqual([glass.check(), await figure(), lines.length], [true, "0", 0]);
  glass.see(configuration(true));
  glass.see(configuration(true));
  assert.deepEqual(glass.check(), { note: "the validating webhook lets everything through: ada now why" });
  assert.equal(await figure(), "1");
  glass.see(configuration(false));
  assert.deepEqual([glass.check(), await figure(), lines.length], [true, "0", 2]);
  glass.see(configuration(true));
  glass.see(undefined);
  assert.deepEqual([glass.check(), await figure()], [true, "0"]);
});
