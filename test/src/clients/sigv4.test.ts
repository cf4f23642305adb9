import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { signAuthentication } from "../../../src/clients/sigv4.ts";
import { Sealed } from "../../../src/model/sealed.ts";

/** The vector that AWS publishes with its authentication plugins. */
const REQUEST = {
  region: "us-west-2",
  nonce: "91703fdc2ef562e19fbdab0f58e42fe5",
  at: new Date("2020-06-09T22:41:51.000Z"),
  credentials: { accessKeyId: "UserID-1", secretAccessKey: new Sealed("UserSecretKey-1") },
};

describe("the reply to a SigV4 challenge", () => {
  it("is that of the public test vector", () => {
    assert.equal(
      signAuthentication(REQUEST),
      "signature=7f3691c18a81b8ce7457699effbfae5b09b4e0714ab38c1292dbdf082c9ddd87,access_key=UserID-1,amzdate=2020-06-09T22:41:51.000Z",
    );
  });

  it("carries the session token of temporary credentials, which is not signed", () => {
    const credentials = { ...REQUEST.credentials, sessionToken: new Sealed("FwoGZXIv=") };
    assert.equal(
      signAuthentication({ ...REQUEST, credentials }),
      `${signAuthentication(REQUEST)},session_token=FwoGZXIv=`,
    );
  });

  for (const [what, change] of Object.entries({
    nonce: { nonce: "91703fdc2ef562e19fbdab0f58e42fe6" },
    region: { region: "us-east-1" },
    time: { at: new Date("2020-06-09T22:41:51.001Z") },
    secret: { credentials: { ...REQUEST.credentials, secretAccessKey: new Sealed("UserSecretKey-2") } },
    key: { credentials: { ...REQUEST.credentials, accessKeyId: "UserID-2" } },
  })) {
    it(`changes with the ${what}`, () => {
      const [signature] = signAuthentication(REQUEST).split(",");
      assert.notEqual(signAuthentication({ ...REQUEST, ...change }).split(",")[0], signature);
    });
  }
});
