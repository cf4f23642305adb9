import assert from "node:assert/strict";
import { test } from "node:test";
import { createAuthority } from "../../certs/authority.ts";
import { issueClientLeaf, issueLeaf, LEAF_LIFE_MS } from "../../certs/leaf.ts";
import { objection } from "../../certs/pair.ts";

const NOW = Date.parse("2026-01-01T00:00:00Z");
const NAMES = ["landlord.svc", "10.0.0.1"];
const authority = createAuthority({ commonName: "somebody", now: NOW });
const other = createAuthority({ commonName: "somebody", now: NOW });
const good = { ca: authority.certificate, ...issueLeaf(authority, { names: ["landlord.svc"], now: NOW }) };
const UNREADABLE = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

test("has nothing against a good pair, chains and several authorities included", () => {
  for (const pair of [
    good,
    { ...good, ca: other.certificate + good.ca },
    { ...good, certificate: good.certificate + good.ca },
    { ...good, ca: good.certificate }, // a certificate that is trusted as it is
  ])
    assert.equal(objection(pair, { names: NAMES, now: NOW }), undefined);
});

for (const [reason, pair] of [
  ["certificate is unreadable", { ...good, certificate: "" }],
  ["certificate is unreadable", { ...good, certificate: UNREADABLE }],
  ["ca.crt is unreadable", { ...good, ca: "" }],
  ["ca.crt is unreadable", { ...good, ca: UNREADABLE }],
  ["key is unreadable", { ...good, key: "" }],
  ["key is unreadable", { ...good, key: good.key.slice(0, 80) }],
  ["key does not match certificate", { ...good, key: authority.key }],
  ["certificate is not signed by an authority of ca.crt", { ...good, ca: other.certificate }],
  [
    "certificate is not signed by an authority of ca.crt",
    { ...good, certificate: good.certificate + other.certificate, ca: other.certificate },
  ],
  ["certificate is not for servers", { ...good, ...issueClientLeaf(authority, { commonName: "x", now: NOW }) }],
  ["certificate has none of the names", { ...good, ...issueLeaf(authority, { names: ["x.svc"], now: NOW }) }],
  ["certificate is not valid now", { ...good, ...issueLeaf(authority, { names: NAMES, now: NOW - LEAF_LIFE_MS }) }],
] as const) {
  test(`says "${reason}"`, () => assert.equal(objection(pair, { names: NAMES, now: NOW }), reason));
}
