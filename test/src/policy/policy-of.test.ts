import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { policyOf } from "../../../src/policy/policy-of.ts";
import { isListedKey } from "../../../webhooks/policy.ts";
import { LANDLORD } from "../../helpers/admission.ts";
import { policyBase, policyWith } from "../../helpers/policy.ts";

describe("policyOf", () => {
  it("has what the settings say where the file says nothing", () => {
    const base = policyBase();
    const policy = policyOf({}, base);
    assert.deepEqual(policy.platformNamespaces, new Set([...base.platformNamespaces, "landlord"]));
    for (const key of ["tenantLabels", "adminGroups", "adminUsers", "sharedSources", "ownUser"] as const) {
      assert.deepEqual(policy[key], base[key], key);
    }
  });

  it("denies what nobody has allowed", () => {
    const policy = policyOf({}, policyBase());
    assert.equal(policy.profile, "strict");
    assert.equal(policy.unknownResources, "deny");
    for (const key of ["exceptions", "warnOnly", "profiles", "allowedRepos", "allowedPlugins"] as const) {
      assert.deepEqual(policy[key], [], key);
    }
    for (const key of ["allowedProjects", "allowedShards", "allowedKubeConfigSecrets"] as const) {
      assert.equal(policy[key].size, 0, key);
    }
    assert.deepEqual([policy.tenants, policy.serviceAccounts, policy.allowedSourceUrls], [null, null, null]);
    assert.deepEqual(policy.defaulting, { serviceAccountName: false, targetNamespace: false });
    assert.deepEqual([policy.resourceSets.enabled, policy.applicationSets.enabled], [false, false]);
  });

  it("takes Flux's and Argo CD's own accounts, and Landlord's, for controllers", () => {
    const { controllers } = policyWith({ argoNamespace: "gitops" });
    for (const name of [
      "flux-system:source-controller",
      "flux-system:source-watcher",
      "flux-system:kustomize-controller",
      "flux-system:helm-controller",
      "flux-system:notification-controller",
      "flux-system:image-reflector-controller",
      "flux-system:image-automation-controller",
      "gitops:argocd-application-controller",
      "gitops:argocd-applicationset-controller",
    ]) {
      assert.ok(controllers.has(`system:serviceaccount:${name}`), name);
    }
    assert.ok(controllers.has(LANDLORD));
    assert.equal(controllers.size, 10);
  });

  it("takes Flux's operator for one where tenants may have what it acts on: it writes how that stands", () => {
    const operator = "system:serviceaccount:flux-system:flux-operator";
    assert.ok(policyWith({ resourceSets: { enabled: true } }).controllers.has(operator));
    assert.ok(!policyWith({ resourceSets: { enabled: false } }).controllers.has(operator));
    assert.ok(!policyWith({ resourceSets: { enabled: true }, controllers: ["me"] }).controllers.has(operator));
  });

  it("replaces a default as a whole", () => {
    const policy = policyWith({
      platformNamespaces: ["infra"],
      adminGroups: [],
      sharedSources: [],
      controllers: ["me"],
    });
    assert.deepEqual(policy.platformNamespaces, new Set(["infra", "landlord"]));
    assert.deepEqual([policy.adminGroups.size, policy.sharedSources.length], [0, 0]);
    assert.deepEqual(policy.controllers, new Set(["me", LANDLORD]));
  });

  it("protects Landlord's own labels whatever the file says", () => {
    const { protectedKeys } = policyWith({ protectedKeys: ["team"] });
    assert.deepEqual(protectedKeys, ["landlord.dev/", "team"]);
    assert.ok(isListedKey("landlord.dev/initialized", protectedKeys));
  });

  it("shares nothing that one policy could change in another", () => {
    const [one, other] = [policyOf({}, policyBase()), policyOf({}, policyBase())];
    assert.notEqual(one.allowedProjects, other.allowedProjects);
    assert.notEqual(one.platformNamespaces, other.platformNamespaces);
  });
});
