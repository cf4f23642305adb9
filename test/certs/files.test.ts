import assert from "node:assert/strict";
import { test } from "node:test";
import { type Authority, createAuthority } from "../../certs/authority.ts";
import { createFilesSource, type Pair } from "../../certs/files.ts";
import { issueLeaf, LEAF_LIFE_MS } from "../../certs/leaf.ts";
import { createTestClock } from "../helpers/clock.ts";
import { createTestLog } from "../helpers/log.ts";

const NAMES = ["landlord.svc"];

function setUp() {
  const clock = createTestClock();
  const { log, lines } = createTestLog();
  const changes: string[] = [];
  const files: { pair: Pair | Error; trust: string } = { pair: new Error("read tls.crt: no such file"), trust: "" };
  const source = createFilesSource({
    read: () => (files.pair instanceof Error ? Promise.reject(files.pair) : Promise.resolve(files.pair)),
    names: NAMES,
    trusted: (ca) => files.trust.includes(ca),
    clock,
    log,
    observe: (change) => changes.push(change),
  });
  const authority = (): Authority => createAuthority({ commonName: "somebody", now: clock.now() });
  const pairOf = (signer: Authority): Pair => ({
    ca: signer.certificate,
    ...issueLeaf(signer, { names: NAMES, now: clock.now() }),
  });
  const put = async (pair: Pair | Error): Promise<void> => {
    files.pair = pair;
    await source.refresh();
  };
  const errors = (): unknown[] => lines.filter(({ level }) => level === "error").map(({ fields }) => fields["reason"]);
  return { clock, files, source, authority, pairOf, put, errors, changes };
}

test("has nothing until there is a pair, and says once why", async () => {
  const { source, authority, pairOf, put, errors } = setUp();
  await source.refresh();
  await source.refresh();
  assert.deepEqual([source.current(), errors()], [undefined, ["read tls.crt: no such file"]]);
  const pair = pairOf(authority());
  await put(pair);
  assert.deepEqual(source.current(), { ...pair, besides: pair.ca });
});

test("serves a renewed certificate of the same authority at once", async () => {
  const { source, authority, pairOf, put, changes } = setUp();
  const signer = authority();
  await put(pairOf(signer));
  const renewed = pairOf(signer);
  await put(renewed);
  assert.equal(source.current()?.certificate, renewed.certificate);
  assert.deepEqual(changes, ["accepted", "accepted"]);
});

test("refuses a pair that does not match and keeps the old one, through any number of looks", async () => {
  const { source, authority, pairOf, put, errors } = setUp();
  const signer = authority();
  const pair = pairOf(signer);
  await put(pair);
  const mismatch = { ...pairOf(signer), key: pair.key };
  await put(mismatch);
  await put(mismatch);
  await put(new Error("read tls.key: no such file"));
  await put(pair);
  await put(mismatch);
  assert.equal(source.current()?.certificate, pair.certificate);
  const reason = "key does not match certificate";
  assert.deepEqual(errors(), [reason, "read tls.key: no such file", reason]);
});

test("serves a certificate of another authority only when that is trusted, and has both trusted until the old one ends", async () => {
  const { source, clock, files, authority, pairOf, put } = setUp();
  const [one, two] = [pairOf(authority()), pairOf(authority())];
  await put(one);
  await put(two);
  assert.deepEqual(source.current(), { ...one, besides: two.ca });
  files.trust = one.ca + two.ca;
  await source.refresh();
  assert.deepEqual(source.current(), { ...two, besides: two.ca + one.ca });
  await clock.advance(LEAF_LIFE_MS);
  await source.refresh();
  assert.deepEqual(source.current(), { ...two, besides: two.ca });
});

test("does not wait for trust when what it serves has ended", async () => {
  const { source, clock, authority, pairOf, put } = setUp();
  await put(pairOf(authority()));
  clock.jump(LEAF_LIFE_MS);
  const next = pairOf(authority());
  await put(next);
  assert.equal(source.current()?.certificate, next.certificate);
});
