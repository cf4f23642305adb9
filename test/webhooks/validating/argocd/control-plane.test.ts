import assert from "node:assert/strict";
import { test } from "node:test";
import { controlPlane } from "../../../../webhooks/validating/argocd/control-plane.ts";
import { LANDLORD, TENANT_USER } from "../../../helpers/admission.ts";
import { BASELINE, type Given, testRule } from "../../../helpers/rule-table.ts";

const FIELD = "metadata.namespace";
const by = (username: string, namespace = "argocd", rest: Given = {}): Given => ({
  request: { user: { username, groups: [] }, namespace },
  ...rest,
});
const account = (namespace: string, name: string): string => `system:serviceaccount:${namespace}:${name}`;

for (const kind of ["Application", "ApplicationSet"]) {
  testRule(controlPlane, kind, {
    allowed: [
      ["one in the tenant's own namespace", {}],
      ["one by a platform admin", by("root@example.com")],
      ["one by Landlord", by(LANDLORD)],
      ["one by a controller", by(account("argocd", "argocd-applicationset-controller"))],
      ["one by an account of a platform namespace", by(account("kube-system", "x"))],
      ["one in a namespace that looks like Argo CD's", by(TENANT_USER.username, "argocd-too")],
      [
        "one in argocd where Argo CD lies elsewhere",
        by(TENANT_USER.username, "argocd", { policy: { argoNamespace: "gitops" } }),
      ],
    ],
    denied: [
      ["one by a tenant", by(TENANT_USER.username), FIELD],
      ["one by a tenant in baseline", by(TENANT_USER.username, "argocd", BASELINE), FIELD],
      ["one by a person", by("bob@example.com"), FIELD],
      [
        "one by a tenant where Argo CD lies elsewhere",
        by(TENANT_USER.username, "gitops", { policy: { argoNamespace: "gitops" } }),
        FIELD,
      ],
    ],
  });
}

test("holds everywhere", () => assert.equal(controlPlane.everywhere, true));
