import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { countedAgain, eventKey, eventObject, namespaceOf } from "../../../src/kube/event-object.ts";
import { isDnsSubdomain } from "../../../src/model/names.ts";
import { namespace } from "../../helpers/scripted-apiserver.ts";

const AT = Date.parse("2026-01-01T00:00:00.123Z");
const EVENT = { type: "Normal", reason: "TenantReady", message: "the tenant may move in" } as const;
const made = (about = namespace("tenant-a", "7"), event: Parameters<typeof eventObject>[0]["event"] = EVENT) =>
  eventObject({ about, event, at: AT, times: 1, identity: "landlord-0", serial: 1 });

describe("an Event", () => {
  it("about a Namespace lives in it, and says so of the Namespace", () => {
    const { metadata, involvedObject } = made();
    assert.equal(metadata.namespace, "tenant-a");
    assert.deepEqual(involvedObject, {
      apiVersion: "v1",
      kind: "Namespace",
      name: "tenant-a",
      namespace: "tenant-a",
      uid: "uid-tenant-a",
      resourceVersion: "7",
    });
  });

  it("about anything else lives beside it, or in default", () => {
    const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "p", namespace: "x" } };
    assert.equal(namespaceOf(pod), "x");
    assert.equal(namespaceOf({ apiVersion: "v1", kind: "Node", metadata: { name: "n" } }), "default");
  });

  it("carries reason, message, source and whole seconds", () => {
    const {
      type,
      reason,
      message,
      source,
      reportingComponent,
      reportingInstance,
      firstTimestamp,
      lastTimestamp,
      count,
    } = made();
    assert.deepEqual(
      { type, reason, message, source, reportingComponent, reportingInstance, firstTimestamp, lastTimestamp, count },
      {
        ...EVENT,
        source: { component: "landlord", host: "landlord-0" },
        reportingComponent: "landlord",
        reportingInstance: "landlord-0",
        firstTimestamp: "2026-01-01T00:00:00Z",
        lastTimestamp: "2026-01-01T00:00:00Z",
        count: 1,
      },
    );
  });

  it("has a legal name of its own, also for the longest of objects", () => {
    const long = made(namespace(`${"a".repeat(199)}-${"b".repeat(50)}`, "1"));
    assert.ok(isDnsSubdomain(long.metadata.name), long.metadata.name);
    const names = [1, 2].map(
      (serial) =>
        eventObject({ about: namespace("a", "1"), event: EVENT, at: AT, times: 1, identity: "i", serial }).metadata
          .name,
    );
    assert.notEqual(names[0], names[1]);
  });

  it("cuts a message that the apiserver would refuse", () => {
    const { message } = made(undefined, { ...EVENT, message: "x".repeat(2_000) });
    assert.equal(message.length, 1_024);
  });

  it("counts up without losing its beginning", () => {
    const next = countedAgain(made(), { times: 3, at: AT + 60_000 });
    assert.deepEqual(
      [next.count, next.firstTimestamp, next.lastTimestamp],
      [4, "2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z"],
    );
  });

  it("is another one for another object, uid, type, reason or message", () => {
    const about = namespace("a", "1");
    const keys = [
      eventKey(about, EVENT),
      eventKey(namespace("b", "1"), EVENT),
      eventKey(namespace("a", "1", "reborn"), EVENT),
      eventKey(about, { ...EVENT, type: "Warning" }),
      eventKey(about, { ...EVENT, reason: "Other" }),
      eventKey(about, { ...EVENT, message: "other" }),
    ];
    assert.equal(new Set(keys).size, keys.length);
    assert.equal(eventKey(namespace("a", "2"), EVENT), keys[0]);
  });
});
