import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { systemClock } from "../../../src/model/clock.ts";
import { followFiles, readPair } from "../../../src/tls/certificate-files.ts";
import { createTestClock } from "../../helpers/clock.ts";
import { scratch } from "../../helpers/scratch.ts";

test("reads the keys of a TLS Secret's volume", async (t) => {
  const directory = await scratch(t);
  for (const name of ["tls.crt", "tls.key", "ca.crt"]) await writeFile(join(directory, name), `the ${name}`);
  assert.deepEqual(await readPair(directory, systemClock), {
    certificate: "the tls.crt",
    key: "the tls.key",
    ca: "the ca.crt",
  });
});

test("looks every two seconds until it is stopped", async () => {
  const clock = createTestClock();
  const stop = new AbortController();
  let looks = 0;
  const running = followFiles({ refresh: () => Promise.resolve(void looks++) }, { clock, signal: stop.signal });
  await clock.advance(5_000);
  assert.equal(looks, 3);
  stop.abort();
  await running;
});
