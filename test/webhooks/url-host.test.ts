import assert from "node:assert/strict";
import { test } from "node:test";
import { hostFault, isAddress, isInternal } from "../../webhooks/url-host.ts";

/** What stands between the blanks. */
const words = (...lines: string[]): string[] => lines.flatMap((line) => line.split(" "));

const GOOD = words("github.com xn--bcher-kva.example a-b.c0 registry 10.0.0.1 255.255.255.255 [::1] [2001:db8::1]");
for (const host of GOOD) test(`finds no fault in ${host}`, () => assert.equal(hostFault(host), undefined));

const BAD: Record<string, string[]> = {
  "the host is missing": [""],
  "the host ends in a dot": ["github.com.", "127.0.0.1.", "."],
  "the host holds percent-encoding": ["git%68ub.com", "github%2ecom", "%31.2.3.4"],
  "the host is an IPv4 address in an odd notation": words(
    "2130706433 0x7f000001 017700000001 127.1 127.0.1 0177.0.0.1 0x7f.0.0.1 127.0.0.0x1 1.2.3.256 1.2.3.04",
    "1.2.3.4.5 a.0x a.1 00.0.0.0 999999999999",
  ),
  "the host is not a plain IPv6 address": words("[::1 [] [::g] [fe80::1%eth0] [fe80::1%25eth0] [127.0.0.1] [::1]x ["),
  "the host is not a DNS name": [
    "a..b",
    ".a",
    "-a.b",
    "a-.b",
    "a_b.c",
    "a,b.c",
    "a!b.c",
    "*.b.c",
    "a:b",
    "::1",
    "１.com",
    `${"a".repeat(64)}.com`,
    `${"a.".repeat(126)}com`,
  ],
};
for (const [fault, hosts] of Object.entries(BAD)) {
  for (const host of hosts) {
    test(`says of ${JSON.stringify(host.slice(0, 40))} that ${fault}`, () => assert.equal(hostFault(host), fault));
  }
}

const INTERNAL = words(
  "localhost registry kubernetes app.localhost minio.storage.svc minio.storage.svc.cluster.local",
  "x.cluster.local printer.local metadata.google.internal box.localdomain nas.home.arpa home.arpa 127.0.0.1",
  "169.254.169.254 10.1.2.3 8.8.8.8 [::1] [::ffff:127.0.0.1] [fd00:ec2::254] [64:ff9b::a9fe:a9fe]",
);
for (const host of INTERNAL) test(`holds ${host} for internal`, () => assert.equal(isInternal(host), true));
for (const host of ["github.com", "svc.example", "mylocal.example", "internal.example.com", "x.notlocal"]) {
  test(`holds ${host} for public`, () => assert.equal(isInternal(host), false));
}

test("tells addresses from names", () => {
  assert.deepEqual(["1.2.3.4", "[::1]", "1.2.3.example", "a"].map(isAddress), [true, true, false, false]);
});
