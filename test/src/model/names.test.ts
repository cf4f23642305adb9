import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  DNS_LABEL,
  isDnsSubdomain,
  roleBindingName,
  serviceAccountName,
  tokenSecretName,
} from "../../../src/model/names.ts";

describe("names", () => {
  it("derives the names that the flux demo's users know", () => {
    assert.equal(serviceAccountName("team-a"), "team-a");
    assert.equal(roleBindingName("team-a"), "team-a-reconciler");
    assert.equal(tokenSecretName("team-a"), "team-a-token");
  });

  it("tells DNS labels from other text", () => {
    for (const good of ["a", "team-a", "9", "a".repeat(63)]) assert.match(good, DNS_LABEL);
    for (const bad of ["", "-a", "a-", "A", "a.b", "a_b", "a".repeat(64), "a\n"]) assert.doesNotMatch(bad, DNS_LABEL);
  });

  it("tells DNS subdomains from other text", () => {
    for (const good of ["a", "a.b", "podinfo-6.x", `${"a".repeat(63)}.b`]) assert.ok(isDnsSubdomain(good), good);
    for (const bad of ["", ".", "a..b", "a.", "A", "a/b", "${NS}", "a b", "a".repeat(254)])
      assert.ok(!isDnsSubdomain(bad), bad);
  });
});
