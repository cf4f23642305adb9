import assert from "node:assert/strict";
import { test } from "node:test";
import { status } from "../../../../webhooks/validating/flux/status.ts";
import { LANDLORD, TENANT_USER } from "../../../helpers/admission.ts";
import { BASELINE, checked, type Given, testRule } from "../../../helpers/rule-table.ts";

const as = (username: string, rest: Given = {}): Given => ({
  request: { user: { username, groups: [] }, subResource: "status", operation: "UPDATE" },
  ...rest,
});
const account = (name: string, namespace = "flux-system"): string => `system:serviceaccount:${namespace}:${name}`;

for (const kind of ["Kustomization", "ExternalArtifact", "ApplicationSet"]) {
  testRule(status, kind, {
    allowed: [
      ["a status by source-controller", as(account("source-controller"))],
      ["a status by kustomize-controller", as(account("kustomize-controller"))],
      ["a status by Landlord itself", as(LANDLORD)],
      [
        "a status by a controller that the policy names",
        as("someone", { policy: { controllers: new Set(["someone"]) } }),
      ],
    ],
    denied: [
      ["a status by the tenant's account", as(TENANT_USER.username), "status"],
      ["a status by the tenant's account in baseline", as(TENANT_USER.username, BASELINE), "status"],
      ["a status by a person", as("bob@example.com"), "status"],
      ["a status by a platform admin, who is exempt for other reasons", as("root@example.com"), "status"],
      ["a status by another account of flux-system", as(account("flux-operator")), "status"],
      [
        "a status by a controller's name in the tenant's namespace",
        as(account("source-controller", "tenant-a")),
        "status",
      ],
      ["a status by a controller's name in capitals", as(account("Source-controller")), "status"],
      ["a status by a controller's name with something behind it", as(account("source-controller ")), "status"],
      ["a status by nobody where the policy names no own user", as("", { policy: { ownUser: "" } }), "status"],
    ],
  });
}

test("is about the status alone, and the change itself", () => {
  assert.deepEqual(status.subResources, ["status"]);
  assert.equal(status.judgesChange, true);
  assert.equal(status.everywhere, undefined);
});

test("tells who asked, and who may", () => {
  const [violation] = checked(status, "Bucket", as("bob", { policy: { controllers: new Set(["x", "y"]) } }));
  assert.deepEqual([violation?.found, violation?.allowed], ["bob", '"x" or "y"']);
});
