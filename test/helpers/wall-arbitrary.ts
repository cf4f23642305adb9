// Kustomizations of any shape, as a schema that lets everything through would have them: good values, wrong ones and wrong types.
import * as fc from "fast-check";
import type { JsonObject } from "../../webhooks/json.ts";

/** A value of the list, or none at all. */
const oneOf = (...values: readonly unknown[]): fc.Arbitrary<unknown> => fc.constantFrom(undefined, ...values);

const wrongTypes = [1, true, "x", {}, [{}]] as const;
const namespace = oneOf(
  "tenant-a",
  "tenant-b",
  "kube-system",
  "",
  "Tenant-A",
  "tenant-a ",
  'a"b\\',
  "a".repeat(70),
  ...wrongTypes,
);
const name = oneOf("app", "a.b", "a..b", "A", "", "x/y", "a".repeat(254), "constructor", ...wrongTypes);
const key = fc.constantFrom(
  "team",
  "X1",
  "a-b",
  "constructor",
  "landlord.dev/x",
  "sharding.fluxcd.io/key",
  "x.toolkit.fluxcd.io/a",
);
const text = oneOf("a", "x y", "é", "", ...wrongTypes);
const map = fc.oneof(fc.dictionary(key, text, { maxKeys: 2 }), oneOf("x", 1));
const reference = fc.oneof(
  fc.record({ kind: oneOf("GitRepository", "Bucket", "ExternalArtifact", "HelmChart", 1), name, namespace }),
  oneOf("x", 1, null),
);
const items = fc.oneof(fc.array(fc.oneof(fc.record({ name, namespace }), oneOf("x", 1)), { maxLength: 2 }), oneOf());
const account = oneOf("tenant-a", "default", "", ...wrongTypes);

/** Mostly the good value, so that not everything is denied for several reasons at once. */
const mostly = (good: unknown, other: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ arbitrary: fc.constant(good), weight: 3 }, { arbitrary: other, weight: 2 });

const spec = fc.record({
  serviceAccountName: mostly("tenant-a", account),
  targetNamespace: mostly("tenant-a", namespace),
  sourceRef: mostly({ kind: "GitRepository", name: "app" }, reference),
  dependsOn: mostly([], items),
  healthChecks: mostly([], items),
  kubeConfig: mostly(undefined, oneOf({}, { secretRef: { name: "x" } }, { configMapRef: { name: "x" } }, "x", 1)),
  decryption: mostly(undefined, fc.record({ secretRef: oneOf({ name: "x" }, {}, 1), serviceAccountName: account })),
  commonMetadata: mostly(undefined, fc.record({ labels: map, annotations: map })),
  postBuild: mostly(undefined, fc.record({ substitute: map })),
});

/** As they travel: without what is undefined. */
export const anyKustomizationSpec: fc.Arbitrary<JsonObject> = spec.map((value) => JSON.parse(JSON.stringify(value)));
