import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { createAdmission } from "../../../src/http/admission.ts";
import { createMetrics } from "../../../src/metrics.ts";
import type { Verdict } from "../../../webhooks/admission.ts";
import { createTestLog } from "../../helpers/log.ts";

const ALLOWED: Verdict = { allowed: true, patch: [], warnings: [], auditAnnotations: {} };
const DENIED: Verdict = {
  ...ALLOWED,
  allowed: false,
  denial: {
    code: 403,
    reason: "Forbidden",
    message: "K2 spec.targetNamespace",
    rules: ["K2"],
    details: { name: "app", group: "g", kind: "Kustomization", causes: [] },
  },
};

const body = (resource = "kustomizations"): Buffer =>
  Buffer.from(
    JSON.stringify({
      apiVersion: "admission.k8s.io/v1",
      kind: "AdmissionReview",
      request: {
        uid: "u-1",
        kind: { group: "g", version: "v1", kind: "Kustomization" },
        resource: { group: "g", version: "v1", resource },
        name: "app",
        namespace: "team-a",
        operation: "CREATE",
        userInfo: { username: "developer" },
        object: { spec: { note: "object-text" } },
      },
    }),
  );

describe("createAdmission", () => {
  let metrics: ReturnType<typeof createMetrics>;
  let logged: ReturnType<typeof createTestLog>;

  beforeEach(() => {
    metrics = createMetrics();
    logged = createTestLog();
  });

  const answer = (decide: () => Verdict, request: Buffer) =>
    createAdmission({
      webhook: "validate",
      decide,
      resources: new Set(["kustomizations"]),
      isNamespace: (name) => name === "team-a",
      log: logged.log,
      metrics,
    })(request);
  const scrape = async (): Promise<string> => (await metrics.scrape()).body;

  it("answers a review with a review of the same uid, and counts it", async () => {
    const { status, body: text } = answer(() => ALLOWED, body());
    assert.equal(status, 200);
    assert.deepEqual(JSON.parse(text).response, { uid: "u-1", allowed: true });
    assert.match(
      await scrape(),
      /reviews_total\{webhook="validate",resource="kustomizations",operation="CREATE",outcome="allowed"\} 1/,
    );
    assert.match(await scrape(), /review_seconds_count\{webhook="validate"\} 1/);
    assert.deepEqual(logged.lines, []);
  });

  it("counts what would be denied, by rule and by namespaces that there are", async () => {
    const decide = (): Verdict => ({ ...ALLOWED, wouldDeny: ["K2", "S1"] });
    answer(decide, body());
    answer(decide, Buffer.from(body().toString().replace("team-a", "no-such-namespace")));
    const text = await scrape();
    for (const rule of ["K2", "S1"]) {
      assert.match(text, new RegExp(`would_deny_total\\{rule="${rule}",namespace="team-a"\\} 1`));
      assert.match(text, new RegExp(`would_deny_total\\{rule="${rule}",namespace="_other"\\} 1`));
    }
    assert.doesNotMatch(text, /no-such-namespace/);
  });

  it("counts what was let pass all the same, by rule and cause", async () => {
    answer(() => ({ ...ALLOWED, exempt: ["K1", "K2"], excepted: ["S1"] }), body());
    const text = await scrape();
    for (const labels of ['rule="K1",cause="admin"', 'rule="K2",cause="admin"', 'rule="S1",cause="exception"']) {
      assert.ok(text.includes(`landlord_admission_exemptions_total{${labels}} 1`), labels);
    }
  });

  it("has the figure of errors from the beginning, so that the first one is an increase", async () => {
    answer(() => ALLOWED, body());
    assert.match(await scrape(), /outcome="error"\} 0/);
  });

  it("writes one line per denial: who, what and why, but not the object", async () => {
    assert.equal(answer(() => DENIED, body()).status, 200);
    assert.equal(logged.lines.length, 1);
    const { message, fields } = logged.lines[0] ?? assert.fail();
    assert.equal(message, "request denied");
    assert.equal(fields["user"], "developer");
    assert.equal(fields["namespace"], "team-a");
    assert.equal(fields["cause"], "K2 spec.targetNamespace");
    assert.ok(!JSON.stringify(logged.lines).includes("object-text"));
    assert.match(await scrape(), /denials_total\{rule="K2"\} 1/);
    assert.match(await scrape(), /outcome="denied"\} 1/);
  });

  it("tells a patched answer from an allowed one", async () => {
    answer(() => ({ ...ALLOWED, patch: [{ op: "remove", path: "/x" }] }), body());
    assert.match(await scrape(), /outcome="patched"\} 1/);
  });

  it("answers 400 to what cannot be read, without repeating it", async () => {
    const { status, body: text } = answer(() => assert.fail("nothing to decide"), Buffer.from('{"password":"hunter2"'));
    assert.equal(status, 400);
    assert.match(text, /not JSON/);
    assert.ok(!(text + JSON.stringify(logged.lines)).includes("hunter2"));
    assert.match(await scrape(), /outcome="error"\} 1/);
  });

  it("keeps resources that nobody knows out of the labels", async () => {
    answer(() => ALLOWED, body("made-up-by-a-stranger"));
    const text = await scrape();
    assert.match(text, /resource="other"/);
    assert.ok(!text.includes("made-up"));
  });

  it("lets the door answer for a decision that throws, and counts it", async () => {
    assert.throws(() => answer(() => assert.fail("broken"), body()), /broken/);
    assert.match(await scrape(), /outcome="error"\} 1/);
  });
});
