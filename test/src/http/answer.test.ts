import assert from "node:assert/strict";
import type { RequestListener, ServerResponse } from "node:http";
import { test } from "node:test";
import { answerError, answerJson } from "../../../src/http/answer.ts";
import { GET, openDoor } from "../../helpers/https-door.ts";

test("answers JSON with its length in bytes", async (t) => {
  const handler: RequestListener = (_, response) => answerJson(response, 201, '{"a":"ü"}');
  const { dial } = await openDoor(t, { handler });
  const client = await dial();
  client.send(GET + GET);
  for (const _ of [1, 2]) {
    const { status, headers, body } = await client.answer();
    assert.deepEqual([status, headers["content-type"], headers["content-length"]], [201, "application/json", "10"]);
    assert.equal(body, '{"a":"ü"}');
  }
});

test("wraps an error's message in JSON", async (t) => {
  const { dial } = await openDoor(t, { handler: (_, response) => answerError(response, 418, 'a "pot"') });
  const client = await dial();
  client.send(GET);
  const { status, body } = await client.answer();
  assert.deepEqual([status, JSON.parse(body)], [418, { message: 'a "pot"' }]);
});

test("does nothing when the caller has gone or was answered already", async (t) => {
  const outcome = Promise.withResolvers<ServerResponse>();
  const handler: RequestListener = (_, response) => {
    answerJson(response, 200, "{}");
    answerJson(response, 500, "{}");
    response.once("close", () => {
      answerJson(response, 500, "{}");
      outcome.resolve(response);
    });
  };
  const { dial } = await openDoor(t, { handler });
  const client = await dial();
  client.send(GET);
  assert.equal((await client.answer()).status, 200);
  assert.equal((await outcome.promise).statusCode, 200);
});
