import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { isAllowed, readEntry, shownUrl, type UrlEntry } from "../../webhooks/source-url.ts";
import { readUrl } from "../../webhooks/url-parts.ts";

/** What stands between the blanks. */
const words = (...lines: string[]): string[] => lines.flatMap((line) => line.split(" "));

function entry(text: string): UrlEntry {
  const read = readEntry(text);
  assert.ok(!("refused" in read), text);
  return read;
}
const LIST = words(
  "https://github.com/myorg/ ssh://git@github.com:myorg/ https://*.myorg.com/ oci://ghcr.io/myorg/",
).map(entry);
const why = (text: string, entries = LIST): string | undefined => {
  const permission = isAllowed(text, entries);
  return permission.allowed ? undefined : permission.why;
};

// as the public policies have it: one organisation on GitHub by https and ssh, one company's hosts, one registry's namespace
const ON_THE_LIST = words(
  "https://github.com/myorg/podinfo https://github.com/myorg/podinfo.git https://github.com/myorg",
  "https://github.com/myorg/ HTTPS://GITHUB.COM/myorg/app https://github.com:443/myorg/app",
  "ssh://git@github.com:myorg/podinfo git@github.com:myorg/app https://minio.myorg.com/",
  "https://helmrepo.myorg.com/podinfo https://a.b.myorg.com oci://ghcr.io/myorg/ oci://ghcr.io/myorg/a/b",
);
for (const text of ON_THE_LIST) test(`allows ${text}`, () => assert.equal(why(text), undefined));

const NOT_ON_THE_LIST: Record<string, string[]> = {
  "no entry of the list matches": words(
    "https://github.com/notmyorg/podinfo https://github.com/myorganisation/app https://github.com/MyOrg/app",
    "https://github.com/ https://notmyorg.github.io/podinfo https://minio.notmyorg.com/ https://myorg.com/",
    "https://minio.myorg.com.evil.example/ https://evil.example/minio.myorg.com/x",
    "https://evil.example/https%20/github.com/myorg oci://nothing.io/notmyorg/ http://github.com/myorg/app",
    "ssh://github.com/myorg/app oci://github.com/myorg/app https://github.com:8443/myorg/app",
    "https://minio.myorg.com:9000/ oci://ghcr.io:443/myorg/app ssh://git@github.com:22/myorg/app",
    "ssh://git@github.com/myorg/app ssh://git@github.com:notmyorg/app ssh://git@evil.example:myorg/app",
  ),
  "the user info is not that of the list": words(
    "https://me:secret@github.com/myorg/app https://github.com@minio.myorg.com/ root@github.com:myorg/app",
    "ssh://github.com:myorg/app",
  ),
  "the host is cluster-internal": words(
    "http://localhost/ http://kubernetes/ https://kubernetes.default.svc/",
    "http://minio.storage.svc.cluster.local:9000/ http://metadata.google.internal/computeMetadata",
    "https://printer.local/ https://git@localhost/myorg",
  ),
  "the host is an address that no entry names": words(
    "http://127.0.0.1/ http://169.254.169.254/latest/meta-data http://10.96.0.1:443/ http://192.168.0.1/",
    "http://[::1]/ http://[::ffff:169.254.169.254]/ http://[fd00:ec2::254]/ http://[0:0:0:0:0:ffff:7f00:1]/",
    "http://1.1.1.1/",
  ),
};
for (const [reason, texts] of Object.entries(NOT_ON_THE_LIST)) {
  for (const text of texts) test(`denies ${text}: ${reason}`, () => assert.equal(why(text), reason));
}

test("denies what cannot be read, and says what the reader said", () => {
  assert.equal(why("https://github.com/myorg/../evil"), "the path holds dot segments");
  assert.equal(why("git@github.com:", [entry("git@github.com:")]), "the path is missing");
  assert.deepEqual(isAllowed({ refused: "it is no URL" }, LIST), { allowed: false, why: "it is no URL" });
});

test("allows nothing where the list is empty", () => {
  assert.equal(why("https://github.com/myorg/app", []), "no entry of the list matches");
});

const NAMED: [entry: string, other: string][] = [
  ["http://minio.storage.svc:9000/", "http://x.minio.storage.svc:9000/app"],
  ["https://10.0.0.1/", "https://10.0.0.2/app"],
  ["http://[::1]:8080/", "http://[::2]:8080/app"],
  ["http://localhost/charts/", "http://localhost/chartsapp"],
  ["https://bot:secret@git.example.com/", "https://bot:other@git.example.com/app"],
  ["git@git.local:", "git@git.local.:app"],
  ["oci://registry:5000/", "oci://registry:5001/app"],
  ["https://dev.azure.com/org/My%20Project/", "https://dev.azure.com/org/My/Project/app"],
];
for (const [named, other] of NAMED) {
  test(`allows what the entry ${named} names exactly, but not ${other}`, () => {
    const list = [entry(named)];
    assert.equal(why(`${named}app`, list), undefined);
    assert.notEqual(why(other, list), undefined);
  });
}

test("does not let a subdomain of a named host through, nor the domain of a starred one", () => {
  assert.equal(why("https://x.github.com/myorg/app"), "no entry of the list matches");
  assert.equal(why("https://myorg.com/", [entry("https://*.myorg.com")]), "no entry of the list matches");
  assert.equal(why("https://xmyorg.com/", [entry("https://*.myorg.com")]), "no entry of the list matches");
});

test("does not let a star reach into the cluster, whoever made the entry", () => {
  const made: UrlEntry = { ...entry("https://*.myorg.com/"), host: "storage.svc" };
  assert.equal(why("https://minio.storage.svc/", [made]), "the host is cluster-internal");
});

const BAD_ENTRIES: Record<string, string[]> = {
  "a star stands elsewhere than as the first label of the host": words(
    "* https://* https://*/ https://github.com/* https://github.com/org/*/app https://**.myorg.com/",
    "https://*.*.myorg.com/ https://*myorg.com/ https://git.*.com/ https://?*.myorg.com/* *://github.com/org/",
    "*@github.com:org/ https://*@github.com/ *.myorg.com https://github.com:*/",
  ),
  "a star needs a public domain of two labels or more behind it": words(
    "https://*.com/ https://*.svc/ https://*.storage.svc/ https://*.cluster.local/ https://*.home.arpa/ https://*.0.0.1.4/",
    "https://*.foo.internal/",
  ),
  "it does not begin with https://, http://, ssh://, oci:// or user@host:": [
    "",
    "github.com/org/",
    "git://github.com/org/",
    "file:///",
  ],
  "the host is missing": ["https://", "https:///org/"],
  "the path holds dot segments": ["https://github.com/org/../"],
  "the path holds percent-encoding other than %20": ["https://github.com/org%2fapp/"],
  "an oci URL without a path names an image of Docker Hub": ["oci://ghcr.io"],
};
for (const [fault, texts] of Object.entries(BAD_ENTRIES)) {
  for (const text of texts) {
    test(`refuses the entry ${JSON.stringify(text)}: ${fault}`, () => {
      const read = readEntry(text);
      assert.ok("refused" in read);
      assert.ok(read.refused.startsWith(`${fault}; an entry is literal, as https://host/path/`), read.refused);
    });
  }
}

const SHOWN: [string, string][] = [
  ["https://github.com/org/app", "https://github.com/org/app"],
  ["https://me:secret@github.com/org", "https://…@github.com/org"],
  ["https://me:se@cr/et@github.com/org", "https://…@github.com/org"],
  ["https://me:se@cr/e?t#@github.com/org", "https://…"],
  ["ssh://git@github.com:org/app", "ssh://…@github.com:org/app"],
  ["git@github.com:org/app", "…@github.com:org/app"],
  ["me:secret@minio.example.com", "…@minio.example.com"],
  ["https://acct.blob.example/c?sv=1&sig=secret", "https://acct.blob.example/c?…"],
  ["https://github.com/org#secret", "https://github.com/org#…"],
  ["https://github.com/org?to=a@b", "https://…"],
  ["https://acct.blob.example/c?user=a@b&sig=secret", "https://…"],
  ["git@github.com:org/app#a@secret", "…"],
  ["", ""],
];
for (const [text, shown] of SHOWN) {
  test(`shows ${text || "nothing"} as ${shown || "nothing"}`, () => assert.equal(shownUrl(text), shown));
}

// properties ----------------------------------------------------------------------------------------------------------

const ENTRIES = words(
  "https://github.com/org/ https://github.com/org/app http://*.myorg.com/a%20b/ ssh://git@github.com:org/",
  "https://h.io ssh://git@github.com/org/ ssh://github.com:2222/ oci://ghcr.io/org/ https://10.0.0.1:8443/",
  "http://[::1]/ oci://h:5000/",
).map(entry);
const PIECES = [
  ...words(
    "https http ssh oci :// : / // @ git git@ github.com ghcr.io myorg.com x. . .. %2e %2f %20 % ? # \\ ; [::1] [",
    "] 10.0.0.1 0x7f.1 127.1 org app a%20b 443 80 22 2222 8443 0 xn-- * evil.example localhost h h.io + - ~",
  ),
  " ",
  "\t",
  "\n",
  "１",
  "。",
  "＠",
  "ı",
  "\u00ad",
];
const piece = fc.constantFrom(...PIECES);
/** An entry's own text, or what it might have been, with a few pieces put in or taken out anywhere. */
const nearly = fc
  .tuple(
    fc.constantFrom(...ENTRIES),
    fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(3), piece), { maxLength: 3 }),
  )
  .map(([given, edits]) => edits.reduce((text, [where, cut, put]) => edited(text, where, cut, put), write(given)));
const text = fc.oneof(
  nearly,
  nearly,
  fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join("")),
  fc.string({ unit: "binary" }),
);
const RUNS = { numRuns: 20_000 };

function edited(given: string, where: number, cut: number, put: string): string {
  const from = Math.floor(where * given.length);
  return given.slice(0, from) + put + given.slice(from + (cut === 3 ? 0 : cut));
}

function write({ form, scheme, user, host, port, segments, anySubdomain }: UrlEntry): string {
  const authority = `${user && `${user}@`}${anySubdomain ? "x." : ""}${host}${port && `:${port}`}`;
  return `${scheme}://${authority}${form === "scp" ? ":" : "/"}${segments.join("/")}`;
}

/** The entries that let a text through, each alone. */
const allowing = (given: string): UrlEntry[] => ENTRIES.filter((one) => isAllowed(given, [one]).allowed);

test("allows only what has every part that the entry demands", () => {
  let allowed = 0;
  fc.assert(
    fc.property(text, (given) => {
      for (const one of allowing(given)) {
        allowed += 1;
        // told from the text itself, not by the reader under test
        const [, scheme = "ssh", user = "", host = "", rest = ""] =
          /^(?:(\w+):\/\/)?(?:([^@/]*)@)?(\[.*?\]|[^:/]*)(.*)$/.exec(given) ?? [];
        assert.equal(scheme.toLowerCase(), one.scheme);
        assert.equal(user, one.user);
        assert.ok(one.anySubdomain ? host.toLowerCase().endsWith(`.${one.host}`) : host.toLowerCase() === one.host);
        const path = one.form === "scp" ? rest.slice(1) : rest.replace(/^:\d+/, "").slice(1);
        const demanded = one.segments.join("/");
        assert.ok(demanded === "" || path === demanded || path.startsWith(`${demanded}/`), path);
        assert.doesNotMatch(given, /[\s\\?#*]|\.\.\/|\/\.\.$|%(?!20)/u);
      }
    }),
    RUNS,
  );
  assert.ok(allowed > 1000, `only ${allowed} were allowed`);
});

test("never allows what a browser's parser takes for another host, port or path", () => {
  fc.assert(
    fc.property(text, (given) => {
      if (allowing(given).length === 0 || !URL.canParse(given)) return;
      const theirs = new URL(given);
      const ours = readUrl(given);
      assert.ok(!("refused" in ours));
      assert.equal(ours.form, "url");
      assert.equal(theirs.protocol, `${ours.scheme}:`);
      assert.equal(theirs.hostname.toLowerCase(), new URL(`http://${ours.host}`).hostname);
      assert.equal(theirs.username + (theirs.password && `:${theirs.password}`), ours.user);
      assert.equal(theirs.port, ours.scheme === "ssh" && /:22(\/|$)/.test(given) ? "22" : ours.port);
      assert.deepEqual(theirs.pathname.split("/").filter(Boolean), ours.segments);
      assert.equal(theirs.search + theirs.hash, "");
    }),
    RUNS,
  );
});

test("allows nothing any more once a trap is added to what it allowed", () => {
  fc.assert(
    fc.property(text, (given) => {
      if (allowing(given).length === 0) return;
      const afterHost = (put: string): string => given.replace(/^(\w+:\/\/)?([^@/]*@)?(\[.*?\]|[^:/]*)/, `$&${put}`);
      const traps = [
        `${given}/..`,
        `${given}/../evil`,
        `${given}/%2e%2e/evil`,
        `${given}/..;/evil`,
        `${given}/%252e%252e`,
        `${given}?x`,
        `${given}#x`,
        `${given}//x`,
        `${given}\\x`,
        `${given} `,
        ` ${given}`,
        `${given}\n`,
        afterHost("."),
        afterHost(".evil.example"),
        afterHost("@evil.example"),
        given.replace(/^(\w+:\/\/)?/, "$&someone@"),
        given.replace(/^(\w+:\/\/[^/]*?)(:\d+)?(\/|$)/, "$1:1$3"),
      ].filter((trap) => trap !== given);
      for (const trap of traps) assert.deepEqual(allowing(trap), [], trap);
    }),
    RUNS,
  );
});

test("shows nothing of a query, whatever it holds", () => {
  const secret = fc.string({ unit: "binary" }).map((odd) => `?a=${odd}hunter2${odd}@hunter2${odd}`);
  fc.assert(fc.property(secret, (query) => assert.doesNotMatch(shownUrl(`https://me:x@h.io/a${query}`), /hunter2/)));
});

test("shows nothing of a user info, whatever it holds", () => {
  const secret = fc.string({ unit: "binary", minLength: 1 }).map((odd) => `hunter2${odd}hunter2`);
  fc.assert(
    fc.property(secret, fc.constantFrom("https://", "ssh://git:", "", "x:"), (password, prefix) => {
      assert.doesNotMatch(shownUrl(`${prefix}${password}@github.com/org?sig=hunter2`), /hunter2/);
    }),
  );
});

for (const part of ["a", "@", ":", "/", "%", "://", "git@h:", "https://h/", "*.", "[", "..", "\u0000"]) {
  test(`takes no time over megabytes of ${JSON.stringify(part)}`, () => {
    const long = part.repeat((3 * 1024 * 1024) / part.length);
    for (const given of [long, `https://github.com/${long}`, `https://${long}`]) {
      assert.ok(Math.min(...[1, 2, 3].map(() => millisFor(given))) < 100);
    }
  });
}

function millisFor(given: string): number {
  const start = performance.now();
  isAllowed(given, LIST);
  readEntry(given);
  shownUrl(given);
  return performance.now() - start;
}
