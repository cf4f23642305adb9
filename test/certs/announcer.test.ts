import assert from "node:assert/strict";
import { test } from "node:test";
import { createAnnouncer } from "../../certs/announcer.ts";
import type { ServingCertificate } from "../../certs/source.ts";
import { testAuthority, testCertificate } from "../helpers/certificate-source.ts";
import { createTestLog } from "../helpers/log.ts";

test("tells every listener of a change once, also when one of them throws", () => {
  const { log, lines } = createTestLog();
  const announcer = createAnnouncer(log);
  const heard: ServingCertificate[] = [];
  announcer.subscribe(() => {
    throw new Error("bad listener");
  });
  announcer.subscribe((served) => heard.push(served));
  const served = testCertificate(testAuthority());
  announcer.announce(served);
  announcer.announce({ ...served });
  announcer.announce({ ...served, besides: testAuthority().certificate });
  assert.equal(heard.length, 2);
  assert.equal(announcer.current(), heard[1]);
  assert.deepEqual(
    lines.map(({ message }) => message),
    [
      "serving certificate changed",
      "a listener refused the serving certificate",
      "trusted authorities changed",
      "a listener refused the serving certificate",
    ],
  );
});
