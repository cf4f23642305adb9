import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { clusterFindings } from "../../../../webhooks/second-wall/rules/cluster.ts";
import { destinationClusterViolations } from "../../../../webhooks/validating/argocd/destination-cluster.ts";
import { testPolicy } from "../../../helpers/admission.ts";
import { assertWhole, literalsIn } from "../../../helpers/cel-text.ts";

describe("second wall: clusters of Applications", () => {
  it("names the clusters that the policy allows, and no others", () => {
    const findings = clusterFindings(testPolicy({ allowedServers: ["https://a"], allowedClusterNames: ["b"] }));
    assertWhole(findings);
    const literals = literalsIn(findings);
    assert.ok(["https://a", "b", 'server "https://a", or name "b"'].every((text) => literals.includes(text)));
    assert.ok(!findings.includes("in-cluster"));
  });

  it("shows no password of a server, and of it the same words as the webhook", () => {
    const [found] = destinationClusterViolations(
      { field: "spec", spec: { destination: { server: "https://me:secret@x" } } },
      testPolicy(),
    );
    assert.ok(found?.shown !== undefined && literalsIn(clusterFindings(testPolicy())).includes(found.shown));
  });

  it("allows none where the policy names none", () => {
    const findings = clusterFindings(testPolicy({ allowedServers: [], allowedClusterNames: [] }));
    assert.ok(literalsIn(findings).includes("server none, or name none"));
  });
});
