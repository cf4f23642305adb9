import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { oneLine, quote } from "../../webhooks/text.ts";

test("quotes a string and escapes what a terminal would obey or hide", () => {
  assert.equal(quote("kube-system"), '"kube-system"');
  assert.equal(quote('a"b\nc'), String.raw`"a\"b\nc"`);
  assert.equal(quote("a\u001b[2Jb"), String.raw`"a\u001b[2Jb"`);
  assert.equal(quote("a\u202eb\u2028c\u0085d\u200be"), String.raw`"a\u{202e}b\u{2028}c\u{85}d\u{200b}e"`);
});

test("cuts a long string and says how long it was", () => {
  assert.equal(quote("x".repeat(64)), `"${"x".repeat(64)}"`);
  assert.equal(quote("x".repeat(65)), `"${"x".repeat(64)}"… (65 characters)`);
});

test("shows numbers and truth values, and of lists and objects only what they are", () => {
  const shown = [undefined, null, 1.5, false, ["secret"], { password: "secret" }].map(quote);
  assert.deepEqual(shown, ["missing", "null", "1.5", "false", "a list", "an object"]);
});

test("keeps a text that fits as it is, and cuts one that does not", () => {
  assert.equal(oneLine("exactly", 7), "exactly");
  assert.equal(oneLine("one more", 7), "one mo…");
  assert.equal(oneLine("a\nb", 20), String.raw`a\u{a}b`);
});

const char = fc.oneof(
  fc.integer({ min: 0, max: 0x2ff }),
  fc.integer({ min: 0x2000, max: 0x206f }),
  fc.integer({ min: 0xd7f0, max: 0x10ffff }),
);

test("makes one bounded line of any text", () => {
  fc.assert(
    fc.property(fc.array(char), fc.integer({ min: 1, max: 200 }), (chars, limit) => {
      const text = String.fromCodePoint(...chars).repeat(3);
      const line = oneLine(text, limit);
      assert.ok(line.length <= limit);
      for (const shown of [line, quote(text)]) assert.doesNotMatch(shown, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
  );
});
