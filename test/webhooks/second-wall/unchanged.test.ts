import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { POLICY_KEYS } from "../../../webhooks/ratchet.ts";
import { unchanged } from "../../../webhooks/second-wall/unchanged.ts";
import { testPolicy } from "../../helpers/admission.ts";
import { assertWhole, literalsIn } from "../../helpers/cel-text.ts";

describe("unchanged objects in CEL", () => {
  it("compare all labels and annotations that the webhook compares, in both directions", () => {
    const cel = unchanged(
      testPolicy({ tenantLabels: ["x/tenant"], shardLabels: ["x/shard"], protectedKeys: ["x/key"] }),
    );
    assertWhole(cel);
    for (const key of [...POLICY_KEYS, "x/tenant", "x/shard", "x/key"]) {
      assert.ok(literalsIn(cel).filter((text) => text === key).length >= 2, key);
    }
  });

  it("are never those of a CREATE, and never compare metadata or status as a whole", () => {
    const cel = unchanged(testPolicy());
    assert.ok(cel.startsWith('request.operation == "UPDATE"\n&& '));
    assert.equal(cel.split('k in ["metadata", "status"] || ').length, 3);
  });
});
