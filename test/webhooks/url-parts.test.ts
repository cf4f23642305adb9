import assert from "node:assert/strict";
import { test } from "node:test";
import { readUrl, type SourceUrl } from "../../webhooks/url-parts.ts";

/** What stands between the blanks. */
const words = (...lines: string[]): string[] => lines.flatMap((line) => line.split(" "));

const URL_OF_APP: SourceUrl = {
  form: "url",
  scheme: "https",
  user: "",
  host: "github.com",
  port: "",
  segments: ["org", "app"],
};
const SCP_OF_APP: SourceUrl = {
  form: "scp",
  scheme: "ssh",
  user: "git",
  host: "github.com",
  port: "",
  segments: ["org", "app"],
};

const GOOD: [string, Partial<SourceUrl>][] = [
  ["https://github.com/org/app", {}],
  ["https://github.com/org/app/", {}],
  ["HTTPS://GitHub.COM/org/app", {}],
  ["https://github.com:443/org/app", {}],
  ["http://github.com:80/org/app", { scheme: "http" }],
  ["ssh://github.com:22/org/app", { scheme: "ssh" }],
  ["https://github.com:80/org/app", { port: "80" }],
  ["https://github.com:65535/org/app", { port: "65535" }],
  ["oci://github.com:443/org/app", { scheme: "oci", port: "443" }],
  ["oci://registry:5000/org/app", { scheme: "oci", host: "registry", port: "5000" }],
  ["https://github.com", { segments: [] }],
  ["https://github.com/", { segments: [] }],
  ["https://github.com/Org/App.git", { segments: ["Org", "App.git"] }],
  [
    "https://dev.azure.com/org/My%20Project/_git/a+b",
    { host: "dev.azure.com", segments: ["org", "My%20Project", "_git", "a+b"] },
  ],
  ["https://github.com/~me/.github/a..b", { segments: ["~me", ".github", "a..b"] }],
  ["ssh://git@github.com/org/app", { scheme: "ssh", user: "git" }],
  ["https://me:secret%40@github.com/org/app", { user: "me:secret%40" }],
  ["https://10.0.0.1/org/app", { host: "10.0.0.1" }],
  ["https://[2001:DB8::1]:8443/org/app", { host: "[2001:db8::1]", port: "8443" }],
  ["ssh://git@github.com:2222/org/app", { scheme: "ssh", user: "git", port: "2222" }],
];
for (const [text, parts] of GOOD) {
  test(`reads ${text}`, () => assert.deepEqual(readUrl(text), { ...URL_OF_APP, ...parts }));
}

const SCP: [string, Partial<SourceUrl>][] = [
  ["git@github.com:org/app", {}],
  ["ssh://git@github.com:org/app", {}],
  ["SSH://git@GitHub.com:org/app/", {}],
  ["ssh://github.com:org/app", { user: "" }],
  ["ssh://git@github.com:42org/app", { segments: ["42org", "app"] }],
  ["git@github.com:42/app", { segments: ["42", "app"] }],
  ["git@github.com:~me/app", { segments: ["~me", "app"] }],
  ["git@github.com:", { segments: [] }],
];
for (const [text, parts] of SCP) {
  test(`reads ${text} as git's scp-like form`, () => assert.deepEqual(readUrl(text), { ...SCP_OF_APP, ...parts }));
}

const BAD: Record<string, string[]> = {
  "it does not begin with https://, http://, ssh://, oci:// or user@host:": [
    ...words(
      "/ github.com/org //github.com/org https:github.com/org https:/github.com/org ://github.com/org",
      "git://github.com/org file:///etc/passwd ftp://github.com/ javascript://github.com/ git+ssh://github.com/org",
      "github.com:org/app ../app C:/app https:git@github.com/org 1https://github.com/",
    ),
    "",
  ],
  "it holds a control character or a blank": [
    " https://github.com/org",
    "https://github.com/org ",
    "https://github.com/org\n",
    "ht\ttps://github.com/org",
    "https://git\thub.com/org",
    "https://github.com/a b",
    "https://github.com/org\0",
    "https://github.com/\u200b",
    "https://a\u00ad.com",
    "https://github.com\u00a0/org",
    "https://github.com/\u2028org",
    "https://github.com/\ud800",
  ],
  "it holds a backslash": [
    "https:\\\\github.com\\org",
    "https://github.com\\@evil.example/org",
    "https://evil.example\\.github.com/org",
  ],
  "it holds a character outside ASCII": words(
    "https://gıthub.com/org https://github。com/org https://１２７.0.0.1/ https://①②⑦.0.0.1/",
    "https://github.com/．．/evil https://github.com／org https://evil.example＃@github.com/org",
    "https://github.com/örg",
  ),
  "it holds a query": ["https://github.com/org?x", "https://evil.example?.github.com/org", "https://github.com/org?"],
  "it holds a fragment": words("https://github.com/org#x https://evil.example#@github.com/org https://github.com/org#"),
  "the user info cannot be told from the host": words(
    "https://@github.com/org https://a@evil.example@github.com/org ssh://a@b@github.com:org/app",
  ),
  "the user info holds a character that must be encoded": words(
    "https://a[b@github.com/org ssh://-oProxyCommand@github.com/org -x@github.com:org",
  ),
  "the host is missing": ["https://", "https:///org", "https://git@/org", "https://:443/org", "oci:///org"],
  "the host ends in a dot": ["https://github.com./org", "git@github.com.:org/app"],
  "the host holds percent-encoding": words(
    "https://git%68ub.com/org https://github%2ecom/org https://evil.example%2f.github.com/org",
  ),
  "the host is an IPv4 address in an odd notation": words(
    "https://0x7f.1/ https://2130706433/ ssh://git@127.1:org/app",
  ),
  "the host is not a plain IPv6 address": words(
    "https://[fe80::1%25eth0]/ https://[::1/ https://[1.2.3.4]/ git@[::1]:org",
  ),
  "the host is not a DNS name": words(
    "https://*.github.com/org https://a_b.com/ https://a;b.com/ git@a!b.com:org https://-a.com/",
  ),
  "the port is not a plain number from 1 to 65535": words(
    "https://github.com:/org https://github.com:0/org https://github.com:0443/org https://github.com:65536/org",
    "https://github.com:443443/org https://github.com:+443/org https://github.com:x/org",
    "https://github.com:80:443/org https://github.com:443%2f/org ssh://git@github.com:022/org",
    "ssh://git@github.com:+22/org ssh://git@github.com:/org ssh://git@github.com:-1/org https://[::1]:0/",
    "oci://ghcr.io:/org",
  ),
  "the path holds an empty segment": words(
    "https://github.com//org https://github.com/org//app https://github.com// git@github.com:/org/app",
    "git@github.com:org//app",
  ),
  "the path holds dot segments": words(
    "https://github.com/org/../evil https://github.com/org/.. https://github.com/./org https://github.com/org/...",
    "https://github.com/org/..%20/evil https://github.com/org/%20../evil git@github.com:org/../evil",
    "ssh://git@github.com:org/../evil",
  ),
  "the path holds percent-encoding other than %20": words(
    "%2f %2F %2e%2e %2E. .%2e %5c %5C %252f %252e%252e %25%32%66 %00 %0a %3f %23 %c0%ae %ef%bc%8f %61 % %2 %zz",
    "%u002f",
  ).map((encoded) => `https://github.com/org/${encoded}/evil`),
  "the path holds a character that servers read differently": words(
    "https://github.com/org/..;/evil https://github.com/org;x/app https://github.com/org/*",
    "https://github.com/{{org}}/app https://github.com/org/$x https://github.com/@evil.example/x",
    "oci://ghcr.io/org/app:tag oci://ghcr.io/org/app@sha256:00 git@github.com:22:org/app",
    "git@github.com:org@evil.example:app ssh://git@github.com:org:x/app https://github.com/`id`",
  ),
  "an oci URL without a path names an image of Docker Hub": ["oci://ghcr.io", "oci://ghcr.io:443", "oci://nginx"],
  "an oci host without a dot or a port names an image of Docker Hub": ["oci://registry/org/app", "oci://localhost/org"],
  "it is longer than 2048 characters": [`https://github.com/${"a".repeat(2048)}`],
};
for (const [refused, texts] of Object.entries(BAD)) {
  for (const text of texts) {
    test(`refuses ${JSON.stringify(text.slice(0, 60))}: ${refused}`, () =>
      assert.deepEqual(readUrl(text), { refused }));
  }
}
