import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { createHealthApp, type ReadyCheck } from "../../../src/http/health.ts";
import { createMetrics } from "../../../src/metrics.ts";
import { openDoor } from "../../helpers/https-door.ts";
import { createTestLog } from "../../helpers/log.ts";

async function open(t: TestContext, checks: ReadyCheck[]) {
  const handler = createHealthApp({ checks, metrics: createMetrics(), log: createTestLog().log });
  const client = await (await openDoor(t, { handler })).dial();
  return async (path: string, method = "GET") => {
    client.send(`${method} ${path} HTTP/1.1\r\nhost: x\r\n\r\n`);
    const { status, body, headers } = await client.answer();
    return { status, body, headers };
  };
}

const passes: ReadyCheck = { name: "watches", check: () => true };
const fails: ReadyCheck = { name: "certificate", check: () => "not trusted by the webhook configurations yet" };

test("is alive whatever its checks say", async (t) => {
  const ask = await open(t, [fails]);
  const { status, body } = await ask("/livez");
  assert.deepEqual([status, body], [200, '{"message":"ok"}']);
});

test("is ready when every check says so", async (t) => {
  const ask = await open(t, [passes, passes]);
  const { status, body, headers } = await ask("/readyz");
  assert.deepEqual([status, body, headers["content-type"]], [200, '{"message":"ok"}', "application/json"]);
});

test("lists the checks that fail, and why", async (t) => {
  const broken: ReadyCheck = {
    name: "broken",
    check: () => {
      throw new Error("no answer");
    },
  };
  const ask = await open(t, [fails, passes, broken]);
  const { status, body } = await ask("/readyz");
  assert.equal(status, 503);
  assert.deepEqual(JSON.parse(body), {
    message: "not ready",
    failed: [
      { name: "certificate", reason: "not trusted by the webhook configurations yet" },
      { name: "broken", reason: "check failed: no answer" },
    ],
  });
});

test("tells a note of what works all the same, ready or not", async (t) => {
  const checks: ReadyCheck[] = [{ name: "policy", check: () => ({ note: "a new version was refused" }) }];
  const ask = await open(t, checks);
  const notes = [{ name: "policy", note: "a new version was refused" }];
  const ready = await ask("/readyz");
  assert.deepEqual([ready.status, JSON.parse(ready.body)], [200, { message: "ok", notes }]);
  checks.push(fails);
  const { status, body } = await ask("/readyz");
  assert.equal(status, 503);
  assert.deepEqual(JSON.parse(body).notes, notes);
});

test("asks its checks anew each time, those that were added later as well", async (t) => {
  const checks: ReadyCheck[] = [passes];
  const ask = await open(t, checks);
  assert.equal((await ask("/readyz")).status, 200);
  checks.push(fails);
  assert.equal((await ask("/readyz")).status, 503);
  checks.pop();
  assert.equal((await ask("/readyz")).status, 200);
});

for (const path of ["/livez", "/readyz", "/metrics"]) {
  test(`takes only GET and HEAD on ${path}`, async (t) => {
    const ask = await open(t, []);
    const { status, headers } = await ask(path, "DELETE");
    assert.deepEqual([status, headers["allow"]], [405, "GET, HEAD"]);
    assert.equal((await ask(path)).status, 200);
  });
}

test("has no other paths", async (t) => {
  const ask = await open(t, []);
  assert.equal((await ask("/")).status, 404);
});
