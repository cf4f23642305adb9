import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Happening } from "../../../src/kube/event-object.ts";
import type { KubeObject } from "../../../src/model/kube-object.ts";
import { createAnnouncer, eventOf } from "../../../src/survey/announcer.ts";
import type { Objection } from "../../../webhooks/denial.ts";
import type { Judgement } from "../../../webhooks/judge.ts";

const objection = (id: string, found: unknown = "x", field = "spec.f"): Objection => ({
  id,
  violation: { field, found, allowed: "y", remedy: "change it" },
});

function judgement(parts: Partial<Judgement>): Judgement {
  const nothing = { against: [], warned: [], wouldDeny: [], excepted: [], deprecation: undefined };
  return { outcome: "allowed", ...nothing, ...parts };
}

const BAD = judgement({ against: [objection("K1")] });
const object = (name: string, more: object = {}): KubeObject => ({
  apiVersion: "kustomize.toolkit.fluxcd.io/v1",
  kind: "Kustomization",
  metadata: { name, namespace: "a", uid: `uid-${name}` },
  ...more,
});

function made(options: { most?: number; remembered?: number } = {}) {
  const recorded: { about: KubeObject; event: Happening }[] = [];
  const announcer = createAnnouncer({ record: (about, event) => void recorded.push({ about, event }) }, options);
  const walk = (...found: [string, Judgement][]): string[] => {
    recorded.length = 0;
    announcer.begin();
    for (const [name, verdict] of found) announcer.announce(object(name), verdict);
    return recorded.map(({ about }) => about.metadata.name);
  };
  return { announcer, recorded, walk };
}

describe("createAnnouncer", () => {
  it("tells of each object once, and again only when the verdict is another", () => {
    const { walk } = made();
    assert.deepEqual(walk(["a", BAD], ["b", judgement({})]), ["a"]);
    assert.deepEqual(walk(["a", BAD]), []);
    assert.deepEqual(walk(["a", judgement({ against: [objection("K2")] })]), ["a"]);
  });

  it("tells again of an object that was clean in between", () => {
    const { walk } = made();
    walk(["a", BAD]);
    walk(["a", judgement({})]);
    assert.deepEqual(walk(["a", BAD]), ["a"]);
  });

  it("tells of so many in one walk, and of the others in the next", () => {
    const { announcer, walk } = made({ most: 2 });
    const all: [string, Judgement][] = ["a", "b", "c"].map((name) => [name, BAD]);
    assert.deepEqual(walk(...all), ["a", "b"]);
    assert.equal(announcer.heldBack(), 1);
    assert.deepEqual(walk(...all), ["c"]);
    assert.equal(announcer.heldBack(), 0);
  });

  it("forgets what it has not seen for longest when its memory is full", () => {
    const { walk } = made({ remembered: 2 });
    walk(["a", BAD], ["b", BAD]);
    walk(["a", BAD], ["c", BAD]);
    assert.deepEqual(walk(["a", BAD], ["b", BAD]), ["b"]);
  });

  it("keeps of the object only what an Event says of it", () => {
    const { announcer, recorded } = made();
    announcer.announce(object("a", { spec: { huge: true } }), BAD);
    assert.deepEqual(recorded[0]?.about, object("a"));
  });
});

describe("eventOf", () => {
  it("says what would be denied, by which rule and how to mend it", () => {
    assert.deepEqual(eventOf(BAD), {
      type: "Warning",
      reason: "ConfinementViolation",
      message: 'would be denied if it were created now: K1 spec.f is "x"; allowed: y; change it',
    });
  });

  it("keeps apart what the policy lets pass, and what only warns", () => {
    const both = eventOf(judgement({ against: [objection("K1")], wouldDeny: [objection("K2")] }));
    assert.match(both?.message ?? "", /if it were created now: K1 .*\. would be denied but for warnOnly: K2 /);
    const audited = eventOf(judgement({ wouldDeny: [objection("K2")] }));
    assert.equal(audited?.reason, "ConfinementViolation");
    const warned = eventOf(judgement({ warned: [objection("M2")] }));
    assert.deepEqual([warned?.reason, warned?.message.startsWith("not denied: M2 ")], ["ConfinementWarning", true]);
  });

  it("says nothing of what is clean or excepted", () => {
    assert.equal(eventOf(judgement({})), undefined);
    assert.equal(eventOf(judgement({ excepted: [objection("K1")] })), undefined);
  });

  it("shows no value that may be a secret, and no more than can be read", () => {
    const many = Array.from({ length: 40 }, (_, index) => objection(`K${index}`, "pass-word", "spec.stringData.p"));
    const { message = "" } = eventOf(judgement({ against: many })) ?? {};
    assert.ok(!message.includes("pass-word"), message);
    assert.match(message, /and 35 more$/);
  });
});
