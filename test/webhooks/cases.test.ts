// Every confinement case, by the engine and through HTTPS: both give the answer that the case expects, and the same one.
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { createAdmission } from "../../src/http/admission.ts";
import { createWebhookApp } from "../../src/http/webhooks.ts";
import { createMetrics } from "../../src/metrics.ts";
import type { Verdict } from "../../webhooks/admission.ts";
import { createValidator } from "../../webhooks/chain.ts";
import type { Facts } from "../../webhooks/facts.ts";
import { decodeReview, encodeReview } from "../../webhooks/review.ts";
import { rules } from "../../webhooks/validating/index.ts";
import {
  type ConfinementCase,
  casePolicy,
  confinementCases,
  faultsOf,
  type ReviewResponse,
} from "../helpers/confinement-cases.ts";
import { openDoor } from "../helpers/https-door.ts";
import { createTestLog } from "../helpers/log.ts";
import { post } from "../helpers/raw-http.ts";

/** All that is known is what the policy declares. */
const NOTHING_KNOWN: Facts = { synced: () => true, namespace: () => undefined, isWideRole: () => undefined };
const cases = confinementCases();

function validatorFor({ config }: ConfinementCase): (request: ReturnType<typeof decodeReview>) => Verdict {
  const policy = casePolicy(config);
  return createValidator({
    members: rules,
    facts: NOTHING_KNOWN,
    policy: () => policy,
    observe: () => undefined,
    onError: ({ id }, error) => assert.fail(`${id}: ${String(error)}`),
  });
}

function byEngine(one: ConfinementCase): ReviewResponse {
  const request = decodeReview(JSON.stringify(one.review));
  return (JSON.parse(encodeReview(request.uid, validatorFor(one)(request))) as { response: ReviewResponse }).response;
}

async function byHttps(t: TestContext, one: ConfinementCase): Promise<ReviewResponse> {
  const { log } = createTestLog();
  const shared = { resources: new Set<string>(), log, metrics: createMetrics() };
  const validate = createAdmission({ ...shared, webhook: "validate", decide: validatorFor(one) });
  const { dial } = await openDoor(t, { handler: createWebhookApp({ validate, mutate: validate, log }) });
  const client = await dial();
  client.send(post("/validate", JSON.stringify(one.review)));
  const { status, body } = await client.answer();
  assert.equal(status, 200);
  return (JSON.parse(body) as { response: ReviewResponse }).response;
}

describe("confinement cases", () => {
  const answers = new Map(cases.map((one) => [one.id, byEngine(one)]));

  it("are all there", () => {
    assert.ok(cases.length >= 89);
  });

  for (const one of cases) {
    it(`${one.id}: ${one.title}`, async (t) => {
      const answer = answers.get(one.id) ?? assert.fail();
      assert.deepEqual(faultsOf(answer, one.expect, answers), []);
      assert.equal(answer.uid, one.review?.request.uid);
      assert.deepEqual(await byHttps(t, one), answer);
    });
  }
});
