import assert from "node:assert/strict";
import { test } from "node:test";
import { sourceRef } from "../../../../webhooks/validating/kustomization/source-ref.ts";
import {
  BASELINE,
  checked,
  foreignRows,
  type Given,
  NO_OBJECTS,
  rowsFor,
  testRule,
} from "../../../helpers/rule-table.ts";

const from = (reference: unknown, rest: Given = {}): Given => ({ spec: { sourceRef: reference }, ...rest });
const git = (parts: object): unknown => ({ kind: "GitRepository", name: "app", ...parts });
const EXTERNAL = { kind: "ExternalArtifact", name: "app" };

testRule(sourceRef, "Kustomization", {
  allowed: [
    ["a GitRepository of its own namespace", from(git({}))],
    ["an OCIRepository", from(git({ kind: "OCIRepository" }))],
    ["a Bucket", from(git({ kind: "Bucket" }))],
    ["its own namespace, said out loud", from(git({ namespace: "tenant-a" }))],
    ["an empty namespace", from(git({ namespace: "" }))],
    ["a namespace that is null", from(git({ namespace: null }))],
    ["an ExternalArtifact where these are allowed", from(EXTERNAL, { policy: { allowExternalArtifact: true } })],
    ["an apiVersion, which nobody reads", from(git({ apiVersion: "x" }))],
  ],
  denied: [
    ["none", from(undefined), "spec.sourceRef"],
    ["null", from(null), "spec.sourceRef"],
    ["no spec", { spec: null }, "spec.sourceRef"],
    ["an empty one", from({}), "spec.sourceRef.kind", "spec.sourceRef.name"],
    ["an ExternalArtifact", from(EXTERNAL), "spec.sourceRef.kind"],
    ["an ExternalArtifact in baseline", from(EXTERNAL, BASELINE), "spec.sourceRef.kind"],
    ["a HelmRepository", from(git({ kind: "HelmRepository" })), "spec.sourceRef.kind"],
    ["another tenant's in baseline", from(git({ namespace: "tenant-b" }), BASELINE), "spec.sourceRef.namespace"],
    [
      "all of it wrong",
      from({ kind: "X", name: "Y", namespace: "tenant-b" }),
      "spec.sourceRef.kind",
      "spec.sourceRef.name",
      "spec.sourceRef.namespace",
    ],
    [
      "the namespace that the object says, but the request does not",
      from(git({ namespace: "tenant-a" }), { request: { namespace: "tenant-b" } }),
      "spec.sourceRef.namespace",
    ],
    [
      "another namespace of the same tenant, joined or not",
      from(git({ namespace: "tenant-a-too" }), { policy: { tenantNamespaceSets: true } }),
      "spec.sourceRef.namespace",
    ],
    ...rowsFor(NO_OBJECTS, from, (what) => `${what} as reference`, "spec.sourceRef"),
    ...foreignRows("namespace", (namespace) => from(git({ namespace })), "spec.sourceRef.namespace"),
    ...foreignRows("kind", (kind) => from(git({ kind })), "spec.sourceRef.kind"),
    ...["", "App", "app ", "a_b", "a/b", "a:b", "-a", "a-", "a.", "../app", "a".repeat(254), "${NAME}", "\u00e4"].map(
      (name) => [`${JSON.stringify(name.slice(0, 20))} as name`, from(git({ name })), "spec.sourceRef.name"] as const,
    ),
    ["null as name", from(git({ name: null })), "spec.sourceRef.name"],
    ["a list as name", from(git({ name: ["app"] })), "spec.sourceRef.name"],
  ],
});

const SHARED = { kind: "GitRepository", namespace: "flux-system", name: "default" };
const shared = (reference: object): Given => from({ ...SHARED, ...reference }, { policy: { sharedSources: [SHARED] } });
testRule(sourceRef, "Kustomization", {
  allowed: [["a shared source", shared({})]],
  denied: [
    ["a shared source of another name", shared({ name: "other" }), "spec.sourceRef.namespace"],
    ["a shared source of another kind", shared({ kind: "Bucket" }), "spec.sourceRef.namespace"],
    ["a shared source in another namespace", shared({ namespace: "tenant-b" }), "spec.sourceRef.namespace"],
    [
      "a shared source's name in capitals",
      shared({ name: "DEFAULT" }),
      "spec.sourceRef.name",
      "spec.sourceRef.namespace",
    ],
    [
      "a shared source whose kind is none",
      from({ ...SHARED, kind: "X" }, { policy: { sharedSources: [{ ...SHARED, kind: "X" }] } }),
      "spec.sourceRef.kind",
    ],
    [
      "a shared ExternalArtifact where these are not allowed",
      from(
        { ...SHARED, kind: "ExternalArtifact" },
        { policy: { sharedSources: [{ ...SHARED, kind: "ExternalArtifact" }] } },
      ),
      "spec.sourceRef.kind",
    ],
  ],
});

test("tells which kinds there are, and what to do about a foreign namespace", () => {
  const [kind, namespace] = checked(sourceRef, "Kustomization", from(git({ kind: "X", namespace: "tenant-b" })));
  assert.equal(kind?.allowed, '"GitRepository" or "OCIRepository" or "Bucket"');
  assert.equal(namespace?.allowed, '"tenant-a" or a source that the platform shares');
  assert.equal(namespace.found, "tenant-b");
});
