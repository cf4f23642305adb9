import assert from "node:assert/strict";
import { test } from "node:test";
import { breakGlass } from "../../../../../src/cli/doctor/checks/break-glass.ts";
import { NEVER } from "../../../../../src/tls/break-glass.ts";
import { found, patient } from "../../../../helpers/doctor.ts";
import { configuration } from "../../../../helpers/webhook-configurations.ts";

const KIND = "ValidatingWebhookConfiguration";

test("is quiet while the glass is whole, or where there is none", async () => {
  const { kube, context } = patient();
  assert.deepEqual(await found(breakGlass, context), ["ok: the glass is whole"]);
  kube.put(configuration(KIND));
  assert.deepEqual(await found(breakGlass, context), ["ok: the glass is whole"]);
});

test("says who broke it, and how to mend it", async () => {
  const { kube, context } = patient();
  const open = configuration(KIND, (webhook) => ({ ...webhook, matchConditions: [NEVER] }));
  const annotations = { "landlord.dev/break-glass": "ada 2026-01-01T00:00:00Z storm" };
  kube.put({ ...open, metadata: { name: "landlord", annotations } });
  assert.deepEqual(await found(breakGlass, context), [
    "problem: the glass is broken: all webhooks of the validating configuration let everything through (ada 2026-01-01T00:00:00Z storm) -> landlord break-glass --undo",
  ]);
  kube.put(
    configuration(KIND, (webhook) => ({
      ...webhook,
      matchConditions: webhook.name.startsWith("flux.") ? [NEVER] : [],
    })),
  );
  assert.match((await found(breakGlass, context)).join(), /broken: flux\.landlord\.dev of .*nobody said who/);
});

test("sees that somebody else has put the webhooks back", async () => {
  const { kube, context } = patient();
  const annotations = { "landlord.dev/break-glass": "ada" };
  kube.put({ ...configuration(KIND), metadata: { name: "landlord", annotations } });
  assert.match((await found(breakGlass, context)).join(), /^warning: .* ada -> landlord break-glass --undo$/);
});
