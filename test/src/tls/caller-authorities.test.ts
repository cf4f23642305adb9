import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Clock } from "../../../src/model/clock.ts";
import { createCallerAuthorities } from "../../../src/tls/caller-authorities.ts";
import { testAuthority, testCertificate } from "../../helpers/certificate-source.ts";
import { eventually } from "../../helpers/eventually.ts";
import { createTestLog } from "../../helpers/log.ts";
import { scratch } from "../../helpers/scratch.ts";

/** Time flies: whoever waits, waits for a turn of the event loop. */
const HASTY: Clock = {
  now: () => 0,
  steady: () => 0,
  after(_, task) {
    const soon = setTimeout(task, 1);
    return () => clearTimeout(soon);
  },
};

async function follow(t: TestContext, text?: string) {
  const path = join(await scratch(t), "ca.crt");
  if (text !== undefined) await writeFile(path, text);
  const { log, lines } = createTestLog();
  const authorities = createCallerAuthorities({ path, clock: HASTY, log });
  let heard = 0;
  authorities.subscribe(() => heard++);
  const stop = new AbortController();
  const running = authorities.run(stop.signal);
  t.after(() => (stop.abort(), running));
  const errors = (): unknown[] => lines.filter(({ level }) => level === "error").map(({ fields }) => fields["error"]);
  return { path, authorities, errors, heard: () => heard };
}

test("follows its file", async (t) => {
  const [one, two] = [testAuthority(), testAuthority()];
  const { path, authorities, heard, errors } = await follow(t, one.certificate);
  await eventually("the first is there", () => authorities.current() === one.certificate);
  await writeFile(path, `# both\n${one.certificate}${two.certificate}`);
  await eventually("both are", () => authorities.current() === one.certificate + two.certificate);
  assert.deepEqual([heard(), errors()], [2, []]);
});

test("keeps what it has when the file is empty, broken, or holds a mere certificate, and says why", async (t) => {
  const one = testAuthority();
  const { path, authorities, errors } = await follow(t, one.certificate);
  await eventually("the first is there", () => authorities.current() === one.certificate);
  for (const [count, text] of ["nothing", testCertificate(one).certificate].entries()) {
    await writeFile(path, text);
    await eventually("it is refused", () => errors().length > count);
  }
  assert.deepEqual(errors(), ["there is no certificate in it", "not every certificate in it is an authority's"]);
  assert.equal(authorities.current(), one.certificate);
});

test("has none while there is no file", async (t) => {
  const { path, authorities, errors } = await follow(t);
  await eventually("it is missed", () => errors().length > 0);
  assert.equal(authorities.current(), undefined);
  assert.ok(String(errors()[0]).startsWith(`read ${path}: no such file`));
});
