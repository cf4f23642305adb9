import assert from "node:assert/strict";
import { test } from "node:test";
import { sentence } from "../../../../webhooks/denial.ts";
import type { JsonObject } from "../../../../webhooks/json.ts";
import { readEntry, type UrlEntry } from "../../../../webhooks/source-url.ts";
import type { Violation } from "../../../../webhooks/validating/rule.ts";
import { sourceUrl } from "../../../../webhooks/validating/source/source-url.ts";
import { kustomizationRequest, testFacts, testPolicy } from "../../../helpers/admission.ts";

const LIST = [
  "https://github.com/myorg/",
  "ssh://git@github.com:myorg/",
  "https://*.myorg.com/",
  "oci://ghcr.io/myorg/",
]
  .map(readEntry)
  .filter((entry): entry is UrlEntry => !("refused" in entry));

function check(plural: string, spec: unknown, allowedSourceUrls: readonly UrlEntry[] | null = LIST): Violation[] {
  const resource = { group: "source.toolkit.fluxcd.io", version: "v1", resource: plural };
  const object: JsonObject = { spec };
  return sourceUrl.check(kustomizationRequest(object, { resource }), testFacts(), testPolicy({ allowedSourceUrls }));
}

const ALLOWED: [string, JsonObject][] = [
  ["gitrepositories", { url: "https://github.com/myorg/podinfo" }],
  ["gitrepositories", { url: "ssh://git@github.com:myorg/podinfo" }],
  ["helmrepositories", { url: "https://helmrepo.myorg.com/podinfo" }],
  ["helmrepositories", { url: "oci://ghcr.io/myorg/charts", type: "oci" }],
  ["ocirepositories", { url: "oci://ghcr.io/myorg/manifests" }],
  ["buckets", { endpoint: "minio.myorg.com", bucketName: "example" }],
  ["buckets", { endpoint: "minio.myorg.com", sts: { provider: "ldap", endpoint: "https://sts.myorg.com/login" } }],
  ["imagerepositories", { image: "ghcr.io/myorg/", provider: "generic" }],
];
for (const [plural, spec] of ALLOWED) {
  test(`allows ${plural} of ${JSON.stringify(spec)}`, () => assert.deepEqual(check(plural, spec), []));
}

const DENIED: [string, JsonObject, string][] = [
  ["gitrepositories", { url: "https://github.com/notmyorg/podinfo" }, "spec.url"],
  ["gitrepositories", { url: "https://github.com/myorg/../notmyorg/podinfo" }, "spec.url"],
  ["gitrepositories", { url: "http://minio.storage.svc/" }, "spec.url"],
  ["gitrepositories", {}, "spec.url"],
  ["gitrepositories", { url: 1 }, "spec.url"],
  ["helmrepositories", { url: "https://helmrepo.github.io/podinfo" }, "spec.url"],
  ["helmrepositories", { url: "https://evil.example/x.myorg.com/y" }, "spec.url"],
  ["ocirepositories", { url: "oci://ghcr.io/notmyorg/manifests" }, "spec.url"],
  ["ocirepositories", { url: "oci://ghcr.io" }, "spec.url"],
  ["buckets", { endpoint: "minio.notmyorg.com" }, "spec.endpoint"],
  ["buckets", { endpoint: "evil.example/a.myorg.com" }, "spec.endpoint"],
  ["buckets", { endpoint: "evil.example?.myorg.com" }, "spec.endpoint"],
  ["buckets", { endpoint: "minio.myorg.com", insecure: true }, "spec.endpoint"],
  ["buckets", { endpoint: "minio.myorg.com:9000" }, "spec.endpoint"],
  ["buckets", { endpoint: "minio.myorg.com", provider: "gcp" }, "spec.endpoint"],
  ["buckets", { endpoint: "minio.myorg.com", sts: { endpoint: "https://sts.evil.example" } }, "spec.sts.endpoint"],
  ["buckets", { endpoint: "minio.myorg.com", sts: { endpoint: null } }, "spec.sts.endpoint"],
  ["imagerepositories", { image: "nothing.io/notmyorg/" }, "spec.image"],
  ["imagerepositories", { image: "myorg/app" }, "spec.image"],
  ["imagerepositories", { image: "ghcr.io/myorg/app:latest" }, "spec.image"],
];
for (const [plural, spec, field] of DENIED) {
  test(`denies ${plural} of ${JSON.stringify(spec)}`, () => {
    assert.deepEqual(
      check(plural, spec).map((violation) => violation.field),
      [field],
    );
  });
}

test("denies an object without a spec, and a spec that is none", () => {
  for (const spec of [undefined, null, "https://github.com/myorg/", [{ url: "https://github.com/myorg/" }]]) {
    assert.equal(check("gitrepositories", spec).length, 1);
  }
});

test("names every address of a Bucket that is wrong", () => {
  const spec = { endpoint: "evil.example", sts: { endpoint: "http://evil.example" } };
  assert.deepEqual(
    check("buckets", spec).map(({ field }) => field),
    ["spec.endpoint", "spec.sts.endpoint"],
  );
});

test("says what was found and why it is refused, and nothing of a password", () => {
  const [violation] = check("gitrepositories", { url: "https://me:secret@github.com/myorg/app" });
  assert.equal(violation?.shown, '"https://…@github.com/myorg/app"');
  assert.match(violation.remedy, /: the user info is not that of the list$/);
  assert.doesNotMatch(sentence({ id: "S1", violation }), /secret/);
});

test("allows everything where there is no list, and nothing where the list is empty", () => {
  assert.deepEqual(check("gitrepositories", { url: "http://localhost/" }, null), []);
  assert.equal(check("gitrepositories", { url: "https://github.com/myorg/app" }, []).length, 1);
});
