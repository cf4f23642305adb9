import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { tokenClaims } from "../../../src/model/jwt.ts";

const jwt = (payload: unknown): string =>
  `header.${Buffer.from(JSON.stringify(payload)).toString("base64url")}.signature`;

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
