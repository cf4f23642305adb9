import assert from "node:assert/strict";
import { test } from "node:test";
import { accessOf, whoAmI } from "../../../../src/cli/doctor/access-review.ts";
import type { Cluster } from "../../../../src/cli/doctor/check.ts";

const LANDLORD = "system:serviceaccount:rooms:landlord";

/** An API server that knows us by this name and allows everything but deletes. */
function asking(username: string) {
  const asked: { kind: string; spec: Record<string, unknown> }[] = [];
  const ask = (async ({ kind }: { kind: string }, review: { spec?: { resourceAttributes?: { verb: string } } }) => {
    if (kind === "SelfSubjectReview") return { status: { userInfo: { username } } };
    asked.push({ kind, spec: { ...review.spec } });
    return { status: { allowed: review.spec?.resourceAttributes?.verb !== "delete" } };
  }) as unknown as Cluster["ask"];
  return { ask, asked };
}

test("knows who we are, or that nobody says so", async () => {
  assert.equal(await whoAmI(asking("ada")), "ada");
  assert.equal(await whoAmI({ ask: (async () => ({})) as unknown as Cluster["ask"] }), "");
});

test("asks for itself as Landlord", async () => {
  const { ask, asked } = asking(LANDLORD);
  const may = await accessOf({ ask }, LANDLORD);
  assert.equal(await may({ verb: "patch", group: "", resource: "namespaces/status" }), true);
  assert.equal(await may({ verb: "delete", group: "", resource: "secrets" }), false);
  assert.deepEqual(asked[0], {
    kind: "SelfSubjectAccessReview",
    spec: { resourceAttributes: { verb: "patch", group: "", resource: "namespaces", subresource: "status" } },
  });
});

test("asks for Landlord as anybody else, with the groups that it is in", async () => {
  const { ask, asked } = asking("ada");
  const may = await accessOf({ ask }, LANDLORD);
  await may({ verb: "get", group: "coordination.k8s.io", resource: "leases", name: "landlord", namespace: "rooms" });
  assert.deepEqual(asked[0], {
    kind: "SubjectAccessReview",
    spec: {
      user: LANDLORD,
      groups: ["system:serviceaccounts", "system:serviceaccounts:rooms", "system:authenticated"],
      resourceAttributes: {
        verb: "get",
        group: "coordination.k8s.io",
        name: "landlord",
        namespace: "rooms",
        resource: "leases",
      },
    },
  });
});
