import assert from "node:assert/strict";
import { test } from "node:test";
import { denial, idsOf, type Objection, sentence } from "../../webhooks/denial.ts";
import { kustomization, kustomizationRequest } from "../helpers/admission.ts";

const request = kustomizationRequest(kustomization());
const VIOLATION = { field: "spec.targetNamespace", found: "kube-system", allowed: '"tenant-a"', remedy: "set it" };
const about = (violation: Partial<typeof VIOLATION> | { found: unknown } = {}, id = "K2"): Objection => ({
  id,
  violation: { ...VIOLATION, ...violation },
});
const FAULT: Objection = { id: "K4", code: 500, text: "internal error in rule K4; request denied" };

test("says rule, field, what was found, what is allowed and what to do, in this order", () => {
  assert.equal(sentence(about()), 'K2 spec.targetNamespace is "kube-system"; allowed: "tenant-a"; set it');
  assert.equal(
    sentence(about({ found: undefined })),
    'K2 spec.targetNamespace is missing; allowed: "tenant-a"; set it',
  );
  assert.equal(sentence(FAULT), "internal error in rule K4; request denied");
});

test("denies with every objection in the message and a cause for each violation", () => {
  const found = [
    about(),
    about({ field: "spec.a", found: undefined }, "K1"),
    about({ field: "spec.b", found: "" }, "K1"),
  ];
  assert.deepEqual(denial(request, found), {
    code: 403,
    reason: "Forbidden",
    message: found.map(sentence).join(". "),
    rules: ["K2", "K1"],
    details: {
      name: "app",
      group: "kustomize.toolkit.fluxcd.io",
      kind: "Kustomization",
      causes: [
        { reason: "FieldValueForbidden", field: "spec.targetNamespace", message: sentence(found[0]!) },
        { reason: "FieldValueRequired", field: "spec.a", message: sentence(found[1]!) },
        { reason: "FieldValueRequired", field: "spec.b", message: sentence(found[2]!) },
      ],
    },
  });
});

test("takes faults of its own alone for an internal error, and a violation beside them for a refusal", () => {
  const { code, reason, details } = denial(request, [FAULT]);
  assert.deepEqual([code, reason, details.causes], [500, "InternalError", []]);
  assert.equal(denial(request, [FAULT, about()]).code, 403);
  assert.equal(denial(request, [FAULT, { ...FAULT, code: 403 }]).code, 403);
});

test("names each rule once", () => {
  assert.deepEqual(idsOf([about(), about({}, "K1"), about()]), ["K2", "K1"]);
  assert.deepEqual(idsOf([]), []);
});

test("gives at most twenty causes, and counts those that the message does not tell", () => {
  const short = { field: "a", found: 1, allowed: "b", remedy: "c" };
  const twenty = denial(
    request,
    Array.from({ length: 20 }, () => about(short)),
  );
  assert.equal(twenty.details.causes.length, 20);
  assert.doesNotMatch(twenty.message, /more$/);
  const many = denial(
    request,
    Array.from({ length: 25 }, () => about(short)),
  );
  assert.equal(many.details.causes.length, 20);
  assert.match(many.message, /\. and 5 more$/);
});

test("tells as many objections as fit, to the byte, and counts the one that does not", () => {
  const sized = (bytes: number): Objection => {
    const rest = Buffer.byteLength(sentence(about({ found: 1, allowed: "", remedy: "r".repeat(250) })));
    return about({ found: 1, allowed: "a".repeat(bytes - rest), remedy: "r".repeat(250) });
  };
  // the blank and the full stop between two of them count, also behind the last one
  const fit = [498, 498, 498, 498].map(sized);
  assert.equal(denial(request, fit).message, fit.map(sentence).join(". "));
  const tooMuch = [498, 498, 498, 499].map(sized);
  assert.equal(denial(request, tooMuch).message, [...tooMuch.slice(0, 3).map(sentence), "and 1 more"].join(". "));
});

test("cuts long fields and words", () => {
  const long = about({ field: "f".repeat(200), found: 1, allowed: "a".repeat(300), remedy: "r".repeat(300) });
  const cut = (letter: string, length: number): string => `${letter.repeat(length - 1)}\u2026`;
  assert.equal(sentence(long), `K2 ${cut("f", 128)} is 1; allowed: ${cut("a", 256)}; ${cut("r", 256)}`);
  const whole = about({ field: "f".repeat(128), found: 1, allowed: "a".repeat(256), remedy: "r".repeat(256) });
  assert.doesNotMatch(sentence(whole), /\u2026/);
  assert.equal(denial(request, [long]).details.causes[0]?.field, cut("f", 128));
  assert.equal(sentence({ id: "x", code: 403, text: "t".repeat(300) }), cut("t", 256));
});

test("shows a value as its rule would have it shown", () => {
  const shown = { id: "K2", violation: { ...VIOLATION, found: "hunter2", shown: "a\nsecret" } };
  assert.equal(sentence(shown), 'K2 spec.targetNamespace is a\\u{a}secret; allowed: "tenant-a"; set it');
  assert.equal(
    sentence({ id: "K2", violation: { ...VIOLATION, shown: "s".repeat(300) } }).includes("s".repeat(256)),
    false,
  );
});

test("bounds the message in bytes, but tells at least one objection", () => {
  const long = { field: "ü".repeat(500), found: "漢".repeat(500), allowed: "漢".repeat(500), remedy: "漢".repeat(500) };
  const one = denial(request, [about(long)]);
  assert.match(one.message, /^K2 ü/);
  assert.ok(Buffer.byteLength(one.message) < 2500);
  const three = denial(request, [about(), about(long), about(long)]);
  assert.match(three.message, /^K2 spec.targetNamespace .*\. and \d more$/);
  assert.ok(Buffer.byteLength(three.message) <= 2100);
});

test("stays on one line whatever it quotes", () => {
  const hostile = { field: "spec.a\nb", found: "x\r\ny\u2028", allowed: "a\nb", remedy: "c\u0085d" };
  const { message, details } = denial(request, [about(hostile), { id: "x", code: 403, text: "a\nb" }]);
  for (const text of [message, details.causes[0]!.message, details.causes[0]!.field]) {
    assert.doesNotMatch(text, /[\r\n\u0085\u2028]/);
  }
});

test("never shows the data of a Secret", () => {
  for (const field of [
    "data.password",
    "stringData",
    "spec.resources[0].stringData[x]",
    "data[0]",
    "spec.template.data",
  ]) {
    const text = sentence(about({ field, found: "hunter2" }));
    assert.doesNotMatch(text, /hunter2/);
    assert.match(text, / is not shown;/);
  }
  assert.match(sentence(about({ field: "data", found: undefined })), / is missing;/);
  assert.match(sentence(about({ field: "spec.metadata.name", found: "shown" })), /"shown"/);
  assert.match(sentence(about({ field: "spec.dataset", found: "shown" })), /"shown"/);
});
