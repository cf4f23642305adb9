import assert from "node:assert/strict";
import { test } from "node:test";
import { isAdmin, isController, isDeputy, isTenantPrincipal, serviceAccountOf } from "../../webhooks/principal.ts";
import { ADMIN_USER, LANDLORD, TENANT_USER, testPolicy } from "../helpers/admission.ts";

const policy = testPolicy();
const user = (username: string, ...groups: string[]) => ({ username, groups });
const account = (namespace: string, name: string) => user(`system:serviceaccount:${namespace}:${name}`);

test("takes members of an admin group and admin users for admins, and nobody else", () => {
  assert.equal(isAdmin(policy, ADMIN_USER), true);
  assert.equal(isAdmin(policy, user("root@example.com")), true);
  assert.equal(isAdmin(policy, TENANT_USER), false);
  assert.equal(isAdmin(policy, user("", "system:masters")), false);
  assert.equal(isAdmin(testPolicy({ adminGroups: new Set(), adminUsers: new Set() }), user("", "")), false);
});

test("compares users and groups byte for byte, each with its own list", () => {
  assert.equal(isAdmin(policy, user("platform-admins", "root@example.com")), false);
  for (const near of ["Root@example.com", "root@example.com ", "root@example.co", "xroot@example.com"])
    assert.equal(isAdmin(policy, user(near)), false);
  for (const near of ["Platform-admins", "platform-admins ", "platform-admin", "platform-admins,x"])
    assert.equal(isAdmin(policy, user("x", near)), false);
});

test("takes the policy's controllers and Landlord for controllers", () => {
  assert.equal(isController(policy, account("flux-system", "source-controller")), true);
  assert.equal(isController(policy, user(LANDLORD)), true);
  for (const { username } of [
    account("flux-system", "flux-operator"),
    account("tenant-a", "source-controller"),
    user("source-controller"),
    user(""),
  ]) {
    assert.equal(isController(policy, user(username)), false);
  }
  assert.equal(isController(testPolicy({ ownUser: "" }), user("")), false);
});

for (const name of ["kustomize-controller", "helm-controller", "flux-operator", "argocd-application-controller"]) {
  test(`takes ${name} of any namespace for one that acts on what others have written`, () => {
    assert.equal(isDeputy(account("flux-system", name)), true);
    assert.equal(isDeputy(account("elsewhere", name)), true);
    for (const near of [`${name}-too`, `my-${name}`, name.toUpperCase(), ""])
      assert.equal(isDeputy(account("flux-system", near)), false);
    assert.equal(isDeputy(user(name)), false);
  });
}

test("takes source-controller, people and nobody for no such deputy", () => {
  for (const who of [account("flux-system", "source-controller"), ADMIN_USER, user("")])
    assert.equal(isDeputy(who), false);
});

test("takes for a tenant who is neither the platform's people, nor controllers, nor of its namespaces", () => {
  for (const who of [
    ADMIN_USER,
    user("root@example.com"),
    user(LANDLORD),
    account("argocd", "argocd-application-controller"),
    account("kube-system", "x"),
  ]) {
    assert.equal(isTenantPrincipal(policy, who), false, who.username);
  }
  const strangers = [
    TENANT_USER,
    account("plain", "x"),
    account("unheard-of", "x"),
    account("kube-system-too", "x"),
    user("bob"),
    user("system:node:n1"),
    user("kube-system"),
    user("system:serviceaccount:kube-system"),
    user("system:serviceaccount:kube-system:"),
    user("system:serviceaccount::kube-system"),
    user("xsystem:serviceaccount:kube-system:x"),
    user("system:serviceaccount:kube-system:x:y"),
    user(""),
  ];
  for (const who of strangers) assert.equal(isTenantPrincipal(policy, who), true, who.username);
});

test("reads the namespace and name of a ServiceAccount's user name, and nobody else's", () => {
  assert.deepEqual(serviceAccountOf("system:serviceaccount:a:b"), { namespace: "a", name: "b" });
  for (const name of [
    "",
    "a:b",
    "system:serviceaccount:a",
    "system:serviceaccount:a:",
    "system:serviceaccount::b",
    "system:serviceaccount:a:b:c",
    " system:serviceaccount:a:b",
    "System:serviceaccount:a:b",
    "system:serviceaccounts:a:b",
  ]) {
    assert.equal(serviceAccountOf(name), undefined, name);
  }
});
