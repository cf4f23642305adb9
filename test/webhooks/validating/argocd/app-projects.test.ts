import assert from "node:assert/strict";
import { test } from "node:test";
import { appProjects } from "../../../../webhooks/validating/argocd/app-projects.ts";
import { LANDLORD, TENANT_USER } from "../../../helpers/admission.ts";
import { BASELINE, type Given, testRule } from "../../../helpers/rule-table.ts";

const by = (username: string, namespace = "argocd"): Given => ({
  request: { user: { username, groups: [] }, namespace },
});
const account = (namespace: string, name = "x"): string => `system:serviceaccount:${namespace}:${name}`;

testRule(appProjects, "AppProject", {
  allowed: [
    ["one by a platform admin", {}],
    ["one by an admin user", by("root@example.com")],
    ["one by Landlord", by(LANDLORD)],
    ["one by a controller", by(account("flux-system", "kustomize-controller"))],
    ["one by an account of a platform namespace", by(account("argocd"))],
  ],
  denied: [
    ["one by a tenant, in Argo CD's namespace", by(TENANT_USER.username), "kind"],
    ["one by a tenant, in its own", by(TENANT_USER.username, "tenant-a"), "kind"],
    ["one by a tenant, in a namespace that is nobody's", by(TENANT_USER.username, "plain"), "kind"],
    ["one by a tenant in baseline", { ...by(TENANT_USER.username), ...BASELINE }, "kind"],
    ["one by a person", by("bob@example.com"), "kind"],
    ["one by an account of a namespace that is nobody's", by(account("plain")), "kind"],
    ["one by nobody", by(""), "kind"],
  ],
});

test("holds everywhere, for the object and its status", () => {
  assert.equal(appProjects.everywhere, true);
  assert.deepEqual(appProjects.subResources, ["", "status"]);
});
