import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { test } from "node:test";
import { certificatesIn } from "../../certs/pem.ts";
import type { CertificateBundle } from "../../certs/store.ts";
import { nextStep, type Step } from "../../certs/succession.ts";
import { LIVES } from "../helpers/lives.ts";

const NOW = Date.parse("2026-01-01T00:00:00Z");
const given = (trusted = false, now = NOW) => ({ names: ["landlord.svc"], lives: LIVES, now, trusted: () => trusted });
const step = (stored: CertificateBundle | undefined, held?: CertificateBundle, trusted = false): Step =>
  nextStep({ stored, held }, given(trusted)) ?? assert.fail("nothing to do");
const fresh = (): CertificateBundle => step(undefined).bundle;
const blocks = ({ ca }: CertificateBundle): string[] => certificatesIn(ca);

test("makes everything where nothing is stored and nothing is served", () => {
  const { change, bundle } = step(undefined);
  assert.equal(change, "created");
  assert.equal(nextStep({ stored: bundle, held: undefined }, given()), undefined);
});

test("puts back what is served where the store was emptied, with a new authority to follow", () => {
  const held = fresh();
  const { change, bundle } = step(undefined, held);
  assert.equal(change, "restored");
  assert.deepEqual([bundle.certificate, bundle.caKey], [held.certificate, held.caKey]);
  assert.deepEqual(blocks(bundle), [held.ca, bundle.next?.certificate]);
});

test("puts back what is served over what cannot be, and makes everything anew where nothing is served", () => {
  const held = fresh();
  const broken = { ...held, caKey: "nonsense" };
  assert.equal(step(broken, held).bundle, held);
  const anew = step(broken);
  assert.deepEqual(
    [anew.change, anew.reason, anew.bundle.ca === held.ca],
    ["authority", "authority is unreadable", false],
  );
});

test("lets another good authority follow the one that is served, instead of jumping to it", () => {
  const [held, stranger] = [fresh(), fresh()];
  const { change, reason, bundle } = step(stranger, held);
  assert.deepEqual([change, reason], ["restored", "authority is not the one that is served"]);
  assert.deepEqual(blocks(bundle), [held.ca, stranger.ca]);
  assert.equal(
    nextStep({ stored: bundle, held: stranger }, given()),
    undefined,
    "who serves the other has nothing to add",
  );
  const { bundle: after } = step(bundle, bundle, true);
  assert.equal(after.caKey, stranger.caKey);
  assert.deepEqual(blocks(after), [stranger.ca, held.ca]);
});

test("jumps to another authority where what is served has ended", () => {
  const held = fresh();
  const later = NOW + 2 * LIVES.authorityMs;
  const stored = nextStep({ stored: undefined, held: undefined }, given(false, later))?.bundle;
  assert.equal(nextStep({ stored, held }, given(false, later)), undefined);
});

test("switches to the next authority once it is trusted, and keeps at most three former ones", () => {
  let bundle = fresh();
  for (let change = 0; change < 5; change++) {
    const signer = blocks(bundle)[0] ?? "";
    bundle = step(undefined, bundle).bundle;
    assert.equal(nextStep({ stored: bundle, held: bundle }, given()), undefined);
    const next = bundle.next?.certificate;
    bundle = step(bundle, bundle, true).bundle;
    assert.deepEqual(blocks(bundle).slice(0, 2), [next, signer]);
    assert.equal(blocks(bundle).length, Math.min(2 + change, 4));
    assert.equal(new X509Certificate(bundle.certificate).verify(new X509Certificate(bundle.ca).publicKey), true);
  }
});
