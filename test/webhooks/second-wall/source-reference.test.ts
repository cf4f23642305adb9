import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isShared, sourceFindings } from "../../../webhooks/second-wall/source-reference.ts";
import { testPolicy } from "../../helpers/admission.ts";
import { assertWhole, literalsIn } from "../../helpers/cel-text.ts";

const WHERE = { path: "spec.sourceRef", kinds: ["GitRepository", "ExternalArtifact"] };

describe("source references in CEL", () => {
  it("allow an ExternalArtifact only where the policy does", () => {
    const kindsIn = (allowExternalArtifact: boolean) =>
      literalsIn(sourceFindings(WHERE, testPolicy({ allowExternalArtifact })));
    assert.ok(kindsIn(true).includes("ExternalArtifact"));
    assert.ok(!kindsIn(false).includes("ExternalArtifact"));
  });

  it("allow foreign sources that are shared, by kind, namespace and name", () => {
    const reference = { kind: "k", namespace: "n", name: "m" };
    const sharedSources = [{ kind: "GitRepository", namespace: "flux-system", name: "a" }];
    assert.equal(
      isShared(reference, testPolicy({ sharedSources })),
      '(k == "GitRepository" && n.orValue(null) == "flux-system" && m.orValue(null) == "a")',
    );
    assert.equal(isShared(reference, testPolicy()), "false");
    assertWhole(sourceFindings(WHERE, testPolicy({ sharedSources })));
  });
});
