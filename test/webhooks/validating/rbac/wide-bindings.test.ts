import assert from "node:assert/strict";
import { test } from "node:test";
import { wideBindings } from "../../../../webhooks/validating/rbac/wide-bindings.ts";
import { testFacts } from "../../../helpers/admission.ts";
import { BASELINE, checked, type Given, NO_ITEMS, NO_LISTS, rowsFor, testRule } from "../../../helpers/rule-table.ts";

const NAME = "subjects[0].name";
const account = (namespace?: unknown, name = "x"): object => ({
  kind: "ServiceAccount",
  name,
  ...(namespace === undefined ? {} : { namespace }),
});
const group = (name: string): object => ({ kind: "Group", name });
const user = (name: string): object => ({ kind: "User", name });
const binds = (subjects: unknown, rest: Given = {}): Given => ({ subjects, ...rest });
const inNamespace = (namespace: string, ...subjects: object[]): Given => binds(subjects, { request: { namespace } });
const role = (name: unknown, kind = "ClusterRole"): object => ({ apiGroup: "rbac.authorization.k8s.io", kind, name });
const wide = (roleRef: unknown, rest: Given = {}): Given => ({ subjects: [account("tenant-a")], roleRef, ...rest });
const OWN = [
  account("tenant-a"),
  account(),
  group("system:serviceaccounts:tenant-a"),
  user("system:serviceaccount:tenant-a:x"),
];
const OTHERS = [
  account("flux-system"),
  account("plain"),
  account("unheard-of"),
  account(1),
  user("alice"),
  user("gotk:tenant-a:reconciler"),
  group("devs"),
  group("system:serviceaccounts:flux-system"),
  group("system:serviceaccount:tenant-b"),
  { kind: "User", name: 1 },
  { kind: "Group", name: 1 },
  { kind: "Group" },
  { kind: "Robot", name: "system:serviceaccounts:tenant-b" },
  {},
];
const TENANTS = [
  account("tenant-b"),
  user("system:serviceaccount:tenant-b:x"),
  group("system:serviceaccounts:tenant-b"),
];
const EVERYBODY = [group("system:serviceaccounts"), group("system:authenticated")];

testRule(wideBindings, "RoleBinding", {
  allowed: [
    ["no subjects", binds(undefined)],
    ["subjects that are null", binds(null)],
    ["accounts of the own namespace", binds(OWN)],
    ["accounts of another namespace of the same tenant", binds([account("tenant-a-too")])],
    ["whoever is no tenant's", binds(OTHERS)],
    ["a platform's account in a platform namespace", inNamespace("kube-system", account("flux-system"), account())],
    [
      "an account of a namespace that every object inherits, at home",
      inNamespace("constructor", account("constructor")),
    ],
    [
      "a namespaced role whatever its name",
      wide(role("wide", "Role"), { policy: { wideClusterRoles: new Set(["wide"]) } }),
    ],
    ["a role that is not known to take more", wide(role("view"), { facts: testFacts({ wideRoles: ["wide"] }) })],
    ["a role whose name is none", wide(role(1), { policy: { wideClusterRoles: new Set(["1"]) } })],
    ["no role", wide(undefined)],
    ["a role that is not known at all", wide(role("new"), { facts: { ...testFacts(), isWideRole: () => undefined } })],
    [
      "a wide role for whoever is no tenant's",
      binds(OTHERS, { roleRef: role("wide"), policy: { wideClusterRoles: new Set(["wide"]) } }),
    ],
  ],
  warned: [
    ...TENANTS.map(
      (subject) => [`${JSON.stringify(subject)} in another tenant's namespace`, binds([subject]), NAME] as const,
    ),
    ...EVERYBODY.map(
      (subject) => [`${JSON.stringify(subject)}, of which every tenant is`, binds([subject]), NAME] as const,
    ),
    ...[...OWN.slice(0, 1), ...OWN.slice(2), ...EVERYBODY].map(
      (subject) =>
        [`${JSON.stringify(subject)} in a platform namespace`, inNamespace("kube-system", subject), NAME] as const,
    ),
    ["a tenant's account in a namespace that is nobody's", inNamespace("plain", account("tenant-a")), NAME],
    ["another tenant's account in baseline", binds([account("tenant-b")], BASELINE), NAME],
    [
      "each of them",
      binds([account("tenant-b"), user("alice"), group("system:authenticated")]),
      NAME,
      "subjects[2].name",
    ],
    [
      "a role that the policy knows to take more",
      wide(role("wide"), { policy: { wideClusterRoles: new Set(["wide"]) } }),
      "roleRef.name",
    ],
    [
      "a role that the cluster knows to take more",
      wide(role("wide"), { facts: testFacts({ wideRoles: ["wide"] }) }),
      "roleRef.name",
    ],
    ...rowsFor(NO_LISTS, binds, (what) => `${what} as subjects`, "subjects"),
    ...rowsFor(
      NO_ITEMS,
      (item) => binds([item]),
      (what) => `${what} as subject`,
      "subjects[0]",
    ),
  ],
});

testRule(wideBindings, "ClusterRoleBinding", {
  allowed: [
    ["whoever is no tenant's", binds(OTHERS)],
    ["an account without namespace, which is nobody's", binds([account()])],
  ],
  warned: [...TENANTS, ...EVERYBODY, account("tenant-a")].map(
    (subject) => [JSON.stringify(subject), binds([subject]), NAME] as const,
  ),
});

test("holds everywhere", () => assert.equal(wideBindings.everywhere, true));

test("tells whom it is about, and what a wide role would let it take", () => {
  const [outside] = checked(wideBindings, "ClusterRoleBinding", binds([account("tenant-b", "robot")]));
  assert.deepEqual([outside?.found, outside?.allowed], ["robot", "no tenant's account"]);
  const [taking] = checked(
    wideBindings,
    "RoleBinding",
    wide(role("w"), { policy: { wideClusterRoles: new Set(["w"]) } }),
  );
  assert.deepEqual([taking?.found, taking?.allowed], ["w", "a role that cannot take more rights than it has"]);
});
