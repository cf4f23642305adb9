import assert from "node:assert/strict";
import { test } from "node:test";
import { webhooks } from "../../../../../src/cli/doctor/checks/webhooks.ts";
import { found, patient } from "../../../../helpers/doctor.ts";
import { kubeError } from "../../../../helpers/kube-fake.ts";
import { configuration, putConfigurations } from "../../../../helpers/webhook-configurations.ts";

test("is content with what is shipped", async () => {
  const { kube, context } = patient();
  putConfigurations(kube);
  const lines = await found(webhooks, context);
  assert.equal(lines.length, 2);
  for (const line of lines)
    assert.match(line, /^ok: (Muta|Valida)tingWebhookConfiguration landlord has all \d webhooks/);
});

test("misses a configuration, a webhook and a rule", async () => {
  const { kube, context } = patient();
  putConfigurations(kube);
  kube.delete("MutatingWebhookConfiguration", { name: "landlord" });
  const { webhooks: entries = [], ...rest } = configuration("ValidatingWebhookConfiguration");
  const [first = assert.fail(), , ...others] = entries;
  kube.put({ ...rest, webhooks: [{ ...first, rules: [] }, ...others] } as typeof rest);
  const lines = await found(webhooks, context);
  assert.equal(lines.length, 3);
  assert.match(
    lines[0] ?? "",
    /^problem: MutatingWebhookConfiguration landlord is missing.* -> kubectl apply .*webhooks\.yaml$/,
  );
  assert.match(
    lines[1] ?? "",
    /^problem: ValidatingWebhookConfiguration landlord: flux\.landlord\.dev is not called for /,
  );
  assert.match(lines[2] ?? "", /^problem: .*webhook flux-status\.landlord\.dev is missing/);
});

test("does not take what it may not read for missing", async () => {
  const { kube, context } = patient();
  kube.failNext("list MutatingWebhookConfiguration", kubeError(403, "Forbidden"));
  await assert.rejects(async () => webhooks.check(context), /Forbidden/);
});
