import assert from "node:assert/strict";
import { test } from "node:test";
import { createApp, onlyMethods, type Routes } from "../../../src/http/app.ts";
import { GET, openDoor } from "../../helpers/https-door.ts";
import { createTestLog } from "../../helpers/log.ts";

const SECRET = "postgres://user:hunter2@db";

test("answers 404 in JSON where no route is, without naming its framework", async (t) => {
  const { log, lines } = createTestLog();
  const { dial } = await openDoor(t, { handler: createApp({ routes: [], log }) });
  const client = await dial();
  client.send(GET);
  const { status, headers, body } = await client.answer();
  assert.deepEqual([status, body, headers["x-powered-by"]], [404, '{"message":"not found"}', undefined]);
  assert.deepEqual(lines, []);
});

for (const how of ["throws", "rejects"]) {
  test(`answers 500 and logs when a route ${how}, and tells the caller nothing of it`, async (t) => {
    const { log, lines } = createTestLog();
    const routes: Routes = (app) => {
      app.get("/", () => {
        if (how === "throws") throw new Error(`connect ${SECRET}`);
        return Promise.reject(new Error(`connect ${SECRET}`));
      });
    };
    const { dial } = await openDoor(t, { handler: createApp({ routes: [routes], log }) });
    const client = await dial();
    client.send(GET + GET);
    for (const _ of [1, 2]) assert.equal((await client.answer()).body, '{"message":"internal error"}');
    assert.deepEqual(
      lines.map(({ level, message }) => `${level}: ${message}`),
      ["error: request failed", "error: request failed"],
    );
  });
}

test("ends the connection when a route throws in the middle of its answer", { timeout: 5_000 }, async (t) => {
  const { log, lines } = createTestLog();
  const routes: Routes = (app) => {
    app.get("/", (_, response) => {
      response.writeHead(200, { "content-length": 100 });
      response.write("half");
      throw new Error("broke");
    });
  };
  const { dial } = await openDoor(t, { handler: createApp({ routes: [routes], log }) });
  const client = await dial();
  client.send(GET);
  await client.closed;
  await assert.rejects(client.answer(), /connection closed/);
  assert.equal(lines.length, 1);
});

test("names the methods that a path takes", async (t) => {
  const { log } = createTestLog();
  const routes: Routes = (app) => void app.all("/", onlyMethods("PUT", "POST"));
  const { dial } = await openDoor(t, { handler: createApp({ routes: [routes], log }) });
  const client = await dial();
  client.send(GET);
  const { status, headers } = await client.answer();
  assert.deepEqual([status, headers["allow"]], [405, "PUT, POST"]);
});
