import assert from "node:assert/strict";
import { test } from "node:test";
import { addressesOf, endpointUrl, imageUrl } from "../../../../webhooks/validating/source/address.ts";

const IMAGES: [string, string][] = [
  ["ghcr.io/org/app", "oci://ghcr.io/org/app"],
  ["ghcr.io/org/", "oci://ghcr.io/org/"],
  ["localhost:5000/app", "oci://localhost:5000/app"],
  ["nginx", "oci://docker.io/library/nginx"],
  ["docker.io/nginx", "oci://docker.io/library/nginx"],
  ["index.docker.io/org/app", "oci://docker.io/org/app"],
  ["org/app", "oci://docker.io/org/app"],
  ["localhost/app", "oci://docker.io/localhost/app"],
  ["registry/ghcr.io/org", "oci://docker.io/registry/ghcr.io/org"],
  // without a slash there is no host, for any registry client
  ["ghcr.io", "oci://docker.io/library/ghcr.io"],
];
for (const [image, url] of IMAGES) test(`reads the image ${image} as ${url}`, () => assert.equal(imageUrl(image), url));

test("reads an endpoint as https, as http where it is insecure", () => {
  assert.equal(endpointUrl("minio.example.com:9000", { insecure: false }), "https://minio.example.com:9000/");
  assert.equal(endpointUrl("minio.example.com", { insecure: true }), "http://minio.example.com/");
});

for (const endpoint of [
  "https://minio.example.com",
  "minio.example.com/",
  "evil.example/a.myorg.com",
  "//minio.example.com",
]) {
  test(`refuses the endpoint ${endpoint}`, () => {
    const reading = endpointUrl(endpoint, { insecure: false });
    assert.match(typeof reading === "string" ? reading : reading.refused, /^an endpoint is a host/);
  });
}

const READINGS: [string, string, object, unknown[]][] = [
  ["a GitRepository's url as it is", "gitrepositories", { url: "ssh://git@h.io:a" }, ["spec.url", "ssh://git@h.io:a"]],
  [
    "a HelmRepository's url as it is",
    "helmrepositories",
    { url: "oci://docker.io/org" },
    ["spec.url", "oci://docker.io/org"],
  ],
  [
    "an OCIRepository's url as an image",
    "ocirepositories",
    { url: "oci://docker.io/app" },
    ["spec.url", "oci://docker.io/library/app"],
  ],
  [
    "an OCIRepository's url without its scheme as it is",
    "ocirepositories",
    { url: "ghcr.io/org" },
    ["spec.url", "ghcr.io/org"],
  ],
  ["an ImageRepository's image", "imagerepositories", { image: "ghcr.io/a" }, ["spec.image", "oci://ghcr.io/a"]],
  ["a Bucket's endpoint", "buckets", { endpoint: "s3.io", insecure: true }, ["spec.endpoint", "http://s3.io/"]],
  [
    "an Azure Bucket's endpoint as it is",
    "buckets",
    { endpoint: "https://a.io", provider: "azure" },
    ["spec.endpoint", "https://a.io"],
  ],
  [
    "a Google Bucket's endpoint",
    "buckets",
    { endpoint: "storage.googleapis.com", provider: "gcp" },
    ["spec.endpoint", "https://storage.googleapis.com/"],
  ],
];
for (const [what, resource, spec, [field, reading]] of READINGS) {
  test(`reads ${what}`, () => {
    assert.deepEqual(
      addressesOf(resource, spec).map((address) => [address.field, address.reading]),
      [[field, reading]],
    );
  });
}

test("refuses another endpoint than Google's for a Google Bucket, since it would go there all the same", () => {
  const [address] = addressesOf("buckets", { endpoint: "minio.myorg.com", provider: "gcp" });
  assert.deepEqual(address?.reading, { refused: "provider gcp fetches from storage.googleapis.com" });
});

test("reads a Bucket's token service as well, where there is one", () => {
  const fields = (sts: unknown) =>
    addressesOf("buckets", { endpoint: "s3.io", sts }).map(({ field, found }) => [field, found]);
  assert.deepEqual(fields({ endpoint: "https://sts.io" }), [
    ["spec.endpoint", "s3.io"],
    ["spec.sts.endpoint", "https://sts.io"],
  ]);
  assert.deepEqual(fields({}), [
    ["spec.endpoint", "s3.io"],
    ["spec.sts.endpoint", undefined],
  ]);
  assert.deepEqual(fields("x").length, 2);
  for (const sts of [undefined, null]) assert.deepEqual(fields(sts), [["spec.endpoint", "s3.io"]]);
});

for (const url of [undefined, null, 1, {}, ["https://github.com/org"]]) {
  test(`does not look away from ${JSON.stringify(url)} in place of a URL`, () => {
    const [address] = addressesOf("gitrepositories", { url });
    assert.deepEqual(address, { field: "spec.url", found: url, reading: { refused: "it is not a string" } });
  });
}
