import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { legacyAccountUid, tokenClaims } from "../../../src/model/jwt.ts";

const jwt = (payload: unknown): string =>
  `header.${Buffer.from(JSON.stringify(payload)).toString("base64url")}.signature`;

describe("legacyAccountUid", () => {
  it("reads the ServiceAccount's UID, and takes nothing else for such a token", () => {
    const claim = "kubernetes.io/serviceaccount/service-account.uid";
    assert.equal(legacyAccountUid(jwt({ [claim]: "u-1" })), "u-1");
    for (const text of ["", "abc", "a.!!.c", jwt(null), jwt({}), jwt({ [claim]: 1 })])
      assert.equal(legacyAccountUid(text), undefined, text);
  });
});

describe("tokenClaims", () => {
  it("reads the times and the ServiceAccount's UID", () => {
    const token = jwt({ iat: 100, exp: 700, "kubernetes.io": { serviceaccount: { name: "a", uid: "u-1" } } });
    assert.deepEqual(tokenClaims(token), { issuedAt: 100, expiresAt: 700, serviceAccountUid: "u-1" });
  });

  it("reads a token that names no ServiceAccount", () => {
    assert.equal(tokenClaims(jwt({ iat: 100, exp: 700 }))?.serviceAccountUid, "");
  });

  it("takes nothing else for a token", () => {
    const none = [
      "",
      "abc",
      "a.b.c",
      "a.!!.c",
      jwt(null),
      jwt([]),
      jwt({ exp: 1 }),
      jwt({ iat: 5, exp: 5 }),
      jwt({ iat: "1", exp: "2" }),
    ];
    for (const text of none) assert.equal(tokenClaims(text), undefined, text);
  });
});
