import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Grant, grantsOf, missingGrants, type Use, unusedGrants, usesIn } from "./helpers/rights.ts";

const CLUSTER_ROLE = {
  kind: "ClusterRole",
  metadata: { name: "landlord" },
  rules: [
    { apiGroups: [""], resources: ["pods", "pods/status"], verbs: ["list", "patch"] },
    { apiGroups: ["a.example"], resources: ["things"], resourceNames: ["one"], verbs: ["get"] },
  ],
};
const ROLE = {
  kind: "Role",
  metadata: { name: "landlord", namespace: "landlord" },
  rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["list"] }],
};
const SUBJECTS = { subjects: [{ kind: "ServiceAccount", name: "landlord", namespace: "landlord" }] };
const bound = (role: typeof ROLE | typeof CLUSTER_ROLE) => {
  const { kind, metadata } = role;
  return [role, { kind: `${kind}Binding`, metadata, roleRef: { kind, name: metadata.name }, ...SUBJECTS }];
};
const use = (verb: string, resource: string, more: Partial<Use> = {}): Use => {
  return { verb, group: "", resource, namespace: "team-a", name: "", isAllowed: true, ...more };
};
const grant = (verb: string, resource: string, more: Partial<Grant> = {}): Grant => {
  return { role: "ClusterRole landlord", verb, group: "", resource, ...more };
};
const line = (verb: string, objectRef: object, more: object = {}): string =>
  JSON.stringify({ verb, objectRef, annotations: { "authorization.k8s.io/decision": "allow" }, ...more });

describe("rights", () => {
  it("are granted by verb, resource and name, in the role's namespace", () => {
    const unbound = { ...CLUSTER_ROLE, metadata: { name: "landlord-tenant" } };
    assert.deepEqual(grantsOf([...bound(CLUSTER_ROLE), ...bound(ROLE), unbound]), [
      grant("list", "pods"),
      grant("patch", "pods"),
      grant("list", "pods/status"),
      grant("patch", "pods/status"),
      grant("get", "things", { group: "a.example", name: "one" }),
      grant("list", "pods", { role: "Role landlord", namespace: "landlord" }),
    ]);
  });

  it("are used by a request for an object, a collection or a subresource", () => {
    const token = { resource: "serviceaccounts", subresource: "token", namespace: "team-a", name: "team-a" };
    const lease = { apiGroup: "coordination.k8s.io", resource: "leases", namespace: "landlord", name: "landlord" };
    assert.deepEqual(usesIn(line("create", token)), [use("create", "serviceaccounts/token", { name: "team-a" })]);
    assert.deepEqual(usesIn(line("create", lease)), [
      use("create", "leases", { group: "coordination.k8s.io", namespace: "landlord" }),
    ]);
    const refused = { annotations: {}, responseStatus: { code: 403 } };
    assert.deepEqual(usesIn(line("watch", { resource: "pods" }, refused)), [
      use("watch", "pods", { namespace: "", isAllowed: false }),
    ]);
  });

  it("are not used by half a line, nor by a path that is no resource's", () => {
    assert.deepEqual(usesIn('{"verb":"get","objectRef":{'), []);
    assert.deepEqual(usesIn(JSON.stringify({ verb: "get" })), []);
  });

  const BINDING = { apiGroup: "rbac.authorization.k8s.io", resource: "rolebindings", namespace: "team-a", name: "x" };
  const roleRef = { kind: "ClusterRole", name: "some-role" };
  const ending = { reason: "Forbidden", code: 403, details: { causes: [{ reason: "NamespaceTerminating" }] } };
  for (const [what, responseStatus, bind] of [
    ["a binding that is written", { code: 201 }, true],
    ["a binding that is refused", { code: 403, reason: "Forbidden" }, false],
    ["a binding in a namespace that is ending", ending, undefined],
    ["a binding that is there already", { code: 409 }, undefined],
  ] as const) {
    it(`to bind are seen in ${what}`, () => {
      const seen = usesIn(line("create", BINDING, { requestObject: { roleRef }, responseStatus }))[1];
      const { group, resource } = { group: BINDING.apiGroup, resource: "clusterroles" };
      const isAllowed = bind ?? false;
      assert.deepEqual(
        seen,
        bind === undefined ? undefined : use("bind", resource, { group, name: "some-role", isAllowed }),
      );
    });
  }

  const UNUSED: [string, Grant[], Use[]][] = [
    ["nothing asks for it", [grant("list", "pods")], [use("watch", "pods"), use("list", "pods/status")]],
    ["all that ask are refused", [grant("list", "pods")], [use("list", "pods", { isAllowed: false })]],
    ["another name is asked for", [grant("get", "pods", { name: "one" })], [use("get", "pods", { name: "two" })]],
    ["it is for the cluster and used at home", [grant("get", "pods")], [use("get", "pods", { namespace: "landlord" })]],
  ];
  for (const [why, grants, uses] of UNUSED) {
    it(`are too many where ${why}`, () => assert.equal(unusedGrants(grants, uses).length, 1));
  }

  it("are too many where two allow the same", () => {
    const twice = [grant("list", "pods"), grant("list", "pods", { role: "Role landlord", namespace: "landlord" })];
    assert.deepEqual(unusedGrants(twice, [use("list", "pods", { namespace: "landlord" }), use("list", "pods")]), [
      "Role landlord: list pods",
    ]);
  });

  it("are right where each is needed", () => {
    const grants = [
      grant("list", "pods"),
      grant("update", "pods", { role: "Role landlord", namespace: "landlord", name: "one" }),
    ];
    const uses = [use("list", "pods"), use("update", "pods", { namespace: "landlord", name: "one" })];
    assert.deepEqual(unusedGrants(grants, uses), []);
    assert.deepEqual(missingGrants(grants, uses), []);
  });

  it("are missing where something is refused that no grant allows, and not where one does", () => {
    const refused = { isAllowed: false, namespace: "landlord", name: "two" };
    const grants = [
      grant("get", "pods", { role: "Role landlord", namespace: "landlord", name: "one" }),
      grant("list", "pods"),
    ];
    assert.deepEqual(missingGrants(grants, [use("get", "pods", refused), use("list", "pods", refused)]), [
      "get pods two in landlord",
    ]);
  });
});
