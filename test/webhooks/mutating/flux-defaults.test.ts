import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { AdmissionRequest } from "../../../webhooks/admission.ts";
import type { JsonObject } from "../../../webhooks/json.ts";
import { fluxDefaults } from "../../../webhooks/mutating/flux-defaults.ts";
import { UNCHANGED } from "../../../webhooks/mutating/mutation.ts";
import { applyPatch } from "../../../webhooks/patch.ts";
import type { Policy } from "../../../webhooks/policy.ts";
import { deepFrozen, kustomizationRequest, testFacts, testPolicy } from "../../helpers/admission.ts";

const BOTH = { defaulting: { serviceAccountName: true, targetNamespace: true } };
const HELM = { group: "helm.toolkit.fluxcd.io", version: "v2" };
const HELM_RELEASE = {
  kind: { ...HELM, kind: "HelmRelease" },
  resource: { ...HELM, resource: "helmreleases" },
} as const;
const withSpec = (spec: unknown): JsonObject => ({ metadata: { name: "app", namespace: "tenant-a" }, spec });

function fill(spec: unknown, overrides: Partial<AdmissionRequest> = {}, policy: Partial<Policy> = BOTH) {
  const request = deepFrozen(kustomizationRequest(withSpec(spec), overrides));
  return fluxDefaults.mutate(request, testFacts(), testPolicy(policy));
}
const specAfter = (...given: Parameters<typeof fill>): unknown =>
  applyPatch(withSpec(given[0]), fill(...given).patch)["spec"];

describe("flux-defaults", () => {
  it("fills in what a new Kustomization leaves out, and says so", () => {
    assert.deepEqual(fill({ path: "./" }), {
      patch: [
        { op: "add", path: "/spec/serviceAccountName", value: "tenant-a" },
        { op: "add", path: "/spec/targetNamespace", value: "tenant-a" },
      ],
      warnings: ['spec.serviceAccountName filled in: "tenant-a"', 'spec.targetNamespace filled in: "tenant-a"'],
    });
  });

  it("fills in only the account of a HelmRelease: its target is its own namespace anyway", () => {
    assert.deepEqual(specAfter({}, HELM_RELEASE), { serviceAccountName: "tenant-a" });
  });

  it("takes null for missing, and an empty account too, but not an empty target", () => {
    const filled = { serviceAccountName: "tenant-a", targetNamespace: "tenant-a" };
    assert.deepEqual(specAfter({ serviceAccountName: null, targetNamespace: null }), filled);
    const empty = { serviceAccountName: "", targetNamespace: "" };
    assert.deepEqual(specAfter(empty), { serviceAccountName: "tenant-a", targetNamespace: "" });
  });

  it("never touches what is there, right or wrong", () => {
    for (const value of ["tenant-a", "kustomize-controller", " ", 0, false, [], {}]) {
      assert.deepEqual(fill({ serviceAccountName: value, targetNamespace: value }), UNCHANGED, JSON.stringify(value));
    }
  });

  it("fills in only what the policy says", () => {
    const only = (field: string): Partial<Policy> => ({
      defaulting: { serviceAccountName: false, targetNamespace: false, [field]: true },
    });
    assert.deepEqual(fill({}, {}, {}), UNCHANGED);
    for (const field of ["serviceAccountName", "targetNamespace"]) {
      assert.deepEqual(specAfter({}, {}, only(field)), { [field]: "tenant-a" });
    }
  });

  const accounts: [string, string[], string | undefined][] = [
    ["the only one that is allowed", ["deployer"], "deployer"],
    ["none where there are several", ["one", "two"], undefined],
    ["none where none is allowed", [], undefined],
  ];
  for (const [what, allowed, expected] of accounts) {
    it(`chooses ${what}`, () => {
      const policy = { ...BOTH, serviceAccounts: new Map([["tenant-a", allowed]]) };
      const spec = specAfter({}, {}, policy) as JsonObject;
      assert.deepEqual([spec["serviceAccountName"], spec["targetNamespace"]], [expected, "tenant-a"]);
    });
  }

  const left: [string, unknown, Partial<AdmissionRequest>][] = [
    ["an update", {}, { operation: "UPDATE", oldObject: withSpec({}) }],
    ["a subresource", {}, { subResource: "status" }],
    [
      "another kind",
      {},
      { resource: { group: "source.toolkit.fluxcd.io", version: "v1", resource: "gitrepositories" } },
    ],
    [
      "another group's Kustomizations",
      {},
      { resource: { group: "example.com", version: "v1", resource: "kustomizations" } },
    ],
    ["a platform namespace", {}, { namespace: "flux-system" }],
    ["a namespace that is nobody's", {}, { namespace: "plain" }],
    ["a namespace that is not known", {}, { namespace: "constructor-2" }],
    ["an object without spec", undefined, {}],
    ["a spec that is none", [], {}],
    ["a spec with poisoned keys", JSON.parse('{"__proto__": {}}'), {}],
  ];
  for (const [what, spec, overrides] of left) {
    it(`leaves ${what} alone`, () => assert.deepEqual(fill(spec, overrides), UNCHANGED));
  }

  it("asks the policy whose a namespace is, where it says so", () => {
    const tenants = new Map([["plain", "p"]]);
    assert.deepEqual(fill({}, { namespace: "plain" }, { ...BOTH, tenants }).patch.length, 2);
    assert.deepEqual(fill({}, { namespace: "tenant-a" }, { ...BOTH, tenants }), UNCHANGED);
  });
});
