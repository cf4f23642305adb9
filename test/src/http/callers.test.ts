import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type Authority, createAuthority } from "../../../certs/authority.ts";
import { issueClientLeaf } from "../../../certs/leaf.ts";
import { createHttpsServer } from "../../../src/http/server.ts";
import { systemClock } from "../../../src/model/clock.ts";
import { createTestSource, testAuthority, testCertificate } from "../../helpers/certificate-source.ts";
import { GET } from "../../helpers/https-door.ts";
import { createTestLog } from "../../helpers/log.ts";
import { type RawAnswer, rawClient } from "../../helpers/raw-http.ts";

const serving = testAuthority();
const callersAuthority = testAuthority();

async function open(t: TestContext, first: string | undefined = callersAuthority.certificate) {
  const listeners: (() => void)[] = [];
  const authorities = { ca: first };
  const { log, lines } = createTestLog();
  let heard = 0;
  const server = createHttpsServer({
    source: createTestSource(testCertificate(serving)),
    callers: {
      authorities: { current: () => authorities.ca, subscribe: (listener) => void listeners.push(listener) },
      names: new Set(["kube-apiserver", "second"]),
    },
    handler: (_, response) => response.end(`hello ${++heard}`),
    host: "127.0.0.1",
    port: 0,
    clock: systemClock,
    log,
  });
  t.after(() => server.close(0));
  const follow = (ca: string): void => {
    authorities.ca = ca;
    for (const listener of listeners) listener();
  };
  const ask = async (leaf?: { certificate: string; key: string }): Promise<RawAnswer> => {
    const shown = leaf === undefined ? {} : { cert: leaf.certificate, key: leaf.key };
    const client = await rawClient(server.port() ?? 0, { ca: serving.certificate, ...shown });
    t.after(() => client.socket.destroy());
    client.send(GET);
    return client.answer();
  };
  return { server, follow, ask, heard: () => heard, lines };
}

const callerNamed = (commonName: string, authority: Authority = callersAuthority, now = Date.now()) =>
  issueClientLeaf(authority, { commonName, now });

test("answers those who have a certificate of the authority with an allowed name", async (t) => {
  const { server, ask } = await open(t);
  await server.listen();
  for (const name of ["kube-apiserver", "second"]) assert.equal((await ask(callerNamed(name))).status, 200);
});

test("answers nobody else, and hears nothing of what they say", async (t) => {
  const { server, ask, heard, lines } = await open(t);
  await server.listen();
  const strangers = {
    "without a certificate": undefined,
    "of another authority": callerNamed("kube-apiserver", createAuthority({ commonName: "test", now: Date.now() })),
    "with another name": callerNamed("kubelet"),
    "whose certificate has ended": callerNamed("kube-apiserver", callersAuthority, Date.now() - 8 * 86_400_000),
    "who is a server": testCertificate(callersAuthority),
  };
  for (const [who, leaf] of Object.entries(strangers)) await assert.rejects(ask(leaf), () => true, who);
  assert.equal(heard(), 0);
  assert.equal(lines.filter(({ level }) => level === "warn").length, 1, "one line a minute");
});

test("does not listen before it knows the authorities", async (t) => {
  const { server, follow, ask } = await open(t, "");
  follow(callersAuthority.certificate);
  await server.listen();
  assert.equal((await ask(callerNamed("kube-apiserver"))).status, 200);
});

test("follows a change of the authorities", async (t) => {
  const { server, follow, ask } = await open(t);
  await server.listen();
  const next = testAuthority();
  follow(next.certificate);
  await assert.rejects(ask(callerNamed("kube-apiserver")));
  assert.equal((await ask(callerNamed("kube-apiserver", next))).status, 200);
});
