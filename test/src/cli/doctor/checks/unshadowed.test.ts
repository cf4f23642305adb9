import assert from "node:assert/strict";
import { test } from "node:test";
import { unshadowed } from "../../../../../src/cli/doctor/checks/unshadowed.ts";
import { found, patient } from "../../../../helpers/doctor.ts";
import { configuration, putConfigurations } from "../../../../helpers/webhook-configurations.ts";

test("finds another configuration that calls the same Service or URL, and no others", async () => {
  const { kube, context } = patient();
  putConfigurations(kube);
  const named = (name: string, clientConfig: object) => {
    const copy = configuration("ValidatingWebhookConfiguration", (webhook) => ({ ...webhook, clientConfig }));
    kube.put({ ...copy, metadata: { name } });
  };
  named("kyverno", { service: { namespace: "kyverno", name: "landlord" } });
  named("elsewhere", { url: "https://example.com/validate" });
  assert.deepEqual(await found(unshadowed, context), ["ok: no other webhook configuration calls this Landlord"]);
  named("old-release", { service: { namespace: "landlord", name: "landlord", path: "/validate" } });
  const [line = "", ...more] = await found(unshadowed, context);
  assert.match(
    line,
    /^problem: ValidatingWebhookConfiguration old-release .* -> kubectl delete validatingwebhookconfiguration old-release$/,
  );
  assert.deepEqual(more, []);
});

test("knows a Landlord that is called by URL", async () => {
  const { kube, context } = patient();
  const clientConfig = { url: "https://10.0.0.1:8443/validate" };
  const own = configuration("ValidatingWebhookConfiguration", (webhook) => ({ ...webhook, clientConfig }));
  kube.put(own);
  kube.put({ ...own, metadata: { name: "twin" } });
  assert.match((await found(unshadowed, context)).join(), /^problem: ValidatingWebhookConfiguration twin/);
});
