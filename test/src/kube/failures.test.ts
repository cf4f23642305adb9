import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { failureInWords, retryAfterMs } from "../../../src/kube/failures.ts";

const coded = (code: string): Error => Object.assign(new Error("secret words of a library"), { code });

describe("words for a missing answer", () => {
  it("says whether time ran out or the caller gave up, whatever the error", () => {
    assert.equal(failureInWords(coded("ECONNRESET"), "timeout", 1_500), "no answer within 1500 ms");
    assert.equal(failureInWords(coded("ECONNRESET"), "aborted", 1_500), "aborted");
  });

  for (const [code, words] of [
    ["ECONNREFUSED", "connection refused"],
    ["UND_ERR_SOCKET", "connection lost"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "the server's certificate is not trusted"],
    ["ESTRANGE", "no answer (ESTRANGE)"],
  ] as const) {
    it(`calls ${code} "${words}"`, () => assert.equal(failureInWords(coded(code), undefined, 1), words));
  }

  it("does not repeat what a parser says", () => {
    assert.equal(failureInWords(new SyntaxError("Unexpected token in secret"), undefined, 1), "the answer is not JSON");
  });

  it("makes do without a code", () => {
    assert.equal(failureInWords("just text", undefined, 1), "no answer");
  });
});

describe("Retry-After", () => {
  for (const [header, ms] of [
    ["7", 7_000],
    ["0", undefined],
    [undefined, undefined],
    ["Wed, 21 Oct 2026 07:28:00 GMT", undefined],
    ["-1", undefined],
    ["1.5", undefined],
    ["86400", 300_000],
  ] as const) {
    it(`reads ${header} as ${ms}`, () => assert.equal(retryAfterMs(header), ms));
  }
});
