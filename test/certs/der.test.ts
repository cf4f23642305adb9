import assert from "node:assert/strict";
import { test } from "node:test";
import {
  addressBytes,
  bits,
  encode,
  integer,
  octets,
  oid,
  sequence,
  set,
  tagged,
  time,
  truth,
  utf8,
} from "../../certs/der.ts";

const hex = (value: Parameters<typeof encode>[0]): string => encode(value).toString("hex");

test("encodes each kind of value as X.690 has it", () => {
  assert.equal(hex(oid("1.2.840.10045.4.3.2")), "06082a8648ce3d040302");
  assert.equal(hex(utf8("é")), "0c02c3a9");
  assert.equal(hex(octets(Uint8Array.of(0, 0xff))), "040200ff");
  assert.equal(hex(truth()), "0101ff");
  assert.equal(hex(integer(Uint8Array.of(2))), "020102");
  assert.equal(hex(bits(Uint8Array.of(0b0000_0110), 1)), "03020106");
  assert.equal(hex(sequence(truth(), set(truth()))), "30080101ff31030101ff");
  assert.equal(hex(sequence()), "3000");
});

test("encodes tags around a value and in place of it", () => {
  assert.equal(hex(tagged(0, integer(Uint8Array.of(2)))), "a003020102");
  assert.equal(hex(tagged(2, Buffer.from("a.b"))), "8203612e62");
});

test("writes years through 2049 in UTCTime and later ones in GeneralizedTime", () => {
  assert.equal(encode(time(Date.parse("2049-12-31T23:59:59Z"))).toString("latin1"), "\x17\x0d491231235959Z");
  assert.equal(encode(time(Date.parse("2050-01-01T00:00:00Z"))).toString("latin1"), "\x18\x0f20500101000000Z");
});

test("drops parts of a second", () => {
  assert.deepEqual(
    encode(time(Date.parse("2026-11-21T13:09:49.999Z"))),
    encode(time(Date.parse("2026-11-21T13:09:49Z"))),
  );
});

const ADDRESSES: [text: string, hex: string][] = [
  ["127.0.0.1", "7f000001"],
  ["255.255.255.0", "ffffff00"],
  ["::", "00000000000000000000000000000000"],
  ["::1", "00000000000000000000000000000001"],
  ["fd00::", "fd000000000000000000000000000000"],
  ["2001:DB8::8:800:200C:417A", "20010db80000000000080800200c417a"],
  ["1:2:3:4:5:6:7:8", "00010002000300040005000600070008"],
  ["::ffff:10.1.2.3", "00000000000000000000ffff0a010203"],
];
for (const [text, expected] of ADDRESSES) {
  test(`encodes the address ${text}`, () => {
    assert.equal(Buffer.from(addressBytes(text)).toString("hex"), expected);
  });
}

test("refuses an address with a zone", () => {
  assert.throws(() => addressBytes("fe80::1%eth0"), /a zone has no place in a certificate/);
});
