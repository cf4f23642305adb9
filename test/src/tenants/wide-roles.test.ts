import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ClusterRole } from "../../../src/model/kube-object.ts";
import { slimClusterRole, wideRoles } from "../../../src/tenants/wide-roles.ts";
import { createFakeKube } from "../../helpers/kube-fake.ts";

const role = (name: string, ...verbs: string[][]): ClusterRole => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRole",
  metadata: { name, uid: `uid-${name}`, resourceVersion: "7" },
  rules: verbs.map((each) => ({ verbs: each, apiGroups: [""], resources: ["secrets"] })),
});

describe("wideRoles", () => {
  const cases: [string, string[][], boolean][] = [
    ["no rules", [], false],
    ["reading", [["get", "list", "watch"]], false],
    ["writing", [["create", "update", "patch", "delete", "deletecollection"]], false],
    ["impersonate", [["get"], ["impersonate"]], true],
    ["escalate", [["get", "escalate"]], true],
    ["bind", [["bind"]], true],
    ["every verb", [["*"]], true],
  ];
  for (const [what, verbs, expected] of cases) {
    it(`says ${expected} of a role with ${what}, slim or whole`, () => {
      const kube = createFakeKube();
      const isWide = wideRoles(kube.cache<ClusterRole>("ClusterRole"));
      kube.put(role("whole", ...verbs));
      kube.put(slimClusterRole(role("slim", ...verbs)));
      assert.deepEqual([isWide("whole"), isWide("slim")], [expected, expected]);
    });
  }

  it("knows nothing of a role that is not there", () => {
    const isWide = wideRoles(createFakeKube().cache<ClusterRole>("ClusterRole"));
    assert.equal(isWide("constructor"), undefined);
  });

  it("takes a role whose rules are null for one without", () => {
    const kube = createFakeKube();
    const isWide = wideRoles(kube.cache<ClusterRole>("ClusterRole"));
    kube.put({ ...role("aggregated"), rules: null });
    assert.equal(isWide("aggregated"), false);
  });
});

describe("slimClusterRole", () => {
  it("keeps who it is and what makes it wide", () => {
    const full = { ...role("r", ["get", "bind", "*"], ["escalate"]), aggregationRule: {} };
    full.metadata.annotations = { note: "x".repeat(10_000) };
    assert.deepEqual(slimClusterRole(full), {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name: "r", uid: "uid-r", resourceVersion: "7" },
      rules: [{ verbs: ["bind", "*"] }],
    });
  });
});
