import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Webhook } from "../../../../src/cli/doctor/shipped.ts";
import { differences } from "../../../../src/cli/doctor/webhook-differences.ts";
import { NEVER } from "../../../../src/tls/break-glass.ts";
import { SETTINGS, SHIPPED } from "../../../helpers/doctor.ts";

const FLUX = SHIPPED.validating.find(({ name }) => name === "flux.landlord.dev") ?? assert.fail();
const NAMESPACES = SHIPPED.validating.find(({ name }) => name === "namespaces.landlord.dev") ?? assert.fail();

const told = (change: Partial<Webhook>, shipped = FLUX): string[] =>
  differences({ ...shipped, ...change }, shipped, SETTINGS).map(
    ({ isHole, what }) => `${isHole ? "hole" : "odd"}: ${what}`,
  );
const without = (...names: string[]) => ({
  matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "NotIn", values: names }],
});
const [FIRST = assert.fail()] = FLUX.rules ?? [];

describe("differences", () => {
  it("are none to itself, nor to what the API server makes of it", () => {
    for (const webhook of [...SHIPPED.mutating, ...SHIPPED.validating]) {
      const stored = {
        ...webhook,
        objectSelector: {},
        namespaceSelector: webhook.namespaceSelector ?? {},
        clientConfig: { ...webhook.clientConfig, caBundle: "x" },
        matchConditions: [NEVER, ...(webhook.matchConditions ?? [])],
      };
      assert.deepEqual(differences(stored, webhook, SETTINGS), []);
    }
  });

  it("are holes where less is judged", () => {
    assert.deepEqual(told({ rules: [] }).length, 1);
    assert.match(
      told({ rules: [] })[0] ?? "",
      /^hole: is not called for CREATE kustomizations\.kustomize.*, \d+ more$/,
    );
    assert.deepEqual(
      told({ rules: (FLUX.rules ?? []).map((rule) => ({ ...rule, operations: ["CREATE"] })) }).length,
      1,
    );
    assert.deepEqual(told({ rules: (FLUX.rules ?? []).map((rule) => ({ ...rule, apiVersions: ["v1"] })) }).length, 1);
    assert.deepEqual(told({ objectSelector: { matchLabels: { a: "b" } } }).length, 1);
    assert.deepEqual(told({ namespaceSelector: { matchLabels: { a: "b" } } })[0]?.slice(0, 4), "hole");
    assert.equal(
      told({ matchConditions: [{ name: "not-ours", expression: "false" }] })[0],
      "hole: is called only under a further condition, not-ours",
    );
    assert.deepEqual(told({ failurePolicy: "Ignore" }), ["hole: has failurePolicy Ignore, not Fail"]);
    assert.match(told({ matchPolicy: "Exact" })[0] ?? "", /^hole/);
    assert.deepEqual(told({ clientConfig: { service: { namespace: "other", name: "landlord", path: "/validate" } } }), [
      "hole: calls other/landlord:443/validate, not landlord/landlord:443/validate",
    ]);
  });

  it("leave subresources to a rule of their own", () => {
    const rules = (NAMESPACES.rules ?? []).map((rule) => ({ ...rule, resources: ["*"] }));
    assert.match(told({ rules }, NAMESPACES)[0] ?? "", /^hole: is not called for CREATE namespaces\/status/);
    assert.deepEqual(told({ rules: rules.map((rule) => ({ ...rule, resources: ["*/*"] })) }, NAMESPACES), []);
  });

  it("are no holes where more is judged", () => {
    assert.deepEqual(
      told({ rules: [{ ...FIRST, apiGroups: ["*"], resources: ["*"], operations: ["*"], scope: "*" }] }),
      [],
    );
    assert.deepEqual(told({ clientConfig: { url: "https://127.0.0.1:9/validate" } }), []);
    assert.deepEqual(told({ timeoutSeconds: 20 }), ["odd: has timeoutSeconds 20: at most 10 is wise"]);
    assert.match(told({ matchConditions: [] }, NAMESPACES)[0] ?? "", /^odd: lacks the condition not-landlord-itself/);
    assert.match(told({ sideEffects: "NoneOnDryRun" })[0] ?? "", /^odd: has sideEffects/);
    const reworded = NAMESPACES.matchConditions?.map(({ name, expression }) => ({
      name,
      expression: `${expression}\n `,
    }));
    assert.deepEqual(told({ matchConditions: reworded ?? [] }, NAMESPACES), []);
    const other = NAMESPACES.matchConditions?.map(({ name }) => ({ name, expression: "true" }));
    assert.match(told({ matchConditions: other ?? [] }, NAMESPACES)[0] ?? "", /^odd: has another expression/);
  });

  it("may leave out platform namespaces, and nobody else's", () => {
    const shipped = ["landlord", "kube-system", "flux-system"];
    assert.deepEqual(told({ namespaceSelector: without(...shipped, "default") }), []);
    assert.deepEqual(told({ namespaceSelector: without(...shipped, "team-a") }), [
      "hole: leaves out team-a, no platform namespace",
    ]);
    assert.deepEqual(told({ namespaceSelector: without("landlord", "flux-system") }), [
      "odd: no longer leaves out kube-system",
    ]);
  });
});
