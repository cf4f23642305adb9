import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { notesOn } from "../../../webhooks/second-wall/notes.ts";
import { testPolicy } from "../../helpers/admission.ts";

const EXCEPTION = { namespace: "a", kind: "K", name: "n", field: "f", value: "v" };

describe("notes on the second wall", () => {
  it("are none where it is as tight as the webhook", () => {
    assert.deepEqual(notesOn({ policy: testPolicy({ exceptions: [EXCEPTION] }), now: 0 }), []);
  });

  it("say when the first exception ends that has not ended yet", () => {
    const exceptions = [1_000, 3_000, 2_000].map((expiry) => ({ ...EXCEPTION, expiry }));
    const [note = "", ...more] = notesOn({ policy: testPolicy({ exceptions }), now: 1_000 });
    assert.match(note, /1970-01-01T00:00:02\.000Z/);
    assert.deepEqual(more, []);
  });

  for (const [what, policy] of Object.entries({
    tenantNamespaceSets: { tenantNamespaceSets: true },
    warn: { warnOnly: [{ namespaces: ["x"] }] },
    K12: { profile: "baseline" },
    R1: { resourceSets: { enabled: true } },
    A7: { applicationSets: { enabled: true, generators: [] } },
  } as const)) {
    it(`say what is left to the webhook: ${what}`, () => {
      const notes = notesOn({ policy: testPolicy(policy), now: 0 });
      assert.equal(notes.length, 1);
      assert.ok(notes[0]?.includes(what), notes[0]);
    });
  }

  it("say nothing of sets of namespaces that are declared", () => {
    const policy = testPolicy({ tenantNamespaceSets: true, tenants: new Map([["a", "t"]]) });
    assert.deepEqual(notesOn({ policy, now: 0 }), []);
  });
});
