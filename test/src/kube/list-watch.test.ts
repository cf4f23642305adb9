import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { createClient } from "../../../src/kube/client.ts";
import { NAMESPACE } from "../../../src/kube/kinds.ts";
import {
  type CacheEvent,
  createListWatch,
  type ListWatch,
  type ListWatchOptions,
} from "../../../src/kube/list-watch.ts";
import { createTransport, type Transport } from "../../../src/kube/transport.ts";
import { createMetrics } from "../../../src/metrics.ts";
import { type Clock, systemClock } from "../../../src/model/clock.ts";
import type { KubeObject } from "../../../src/model/kube-object.ts";
import { eventually } from "../../helpers/eventually.ts";
import { createTestLog } from "../../helpers/log.ts";
import {
  bookmark,
  createScriptedApiserver,
  event,
  expired,
  json,
  namespace,
  page,
  refusal,
  reset,
  type ScriptedApiserver,
  SECRET,
  watch,
} from "../../helpers/scripted-apiserver.ts";

/** Everything in milliseconds, but silence: a test that is not about it must not meet it. */
const TIMING = {
  backoff: { baseMs: 1, maxMs: 4 },
  healthyMs: 60_000,
  answerMs: 5_000,
  idleMs: 60_000,
  watchSeconds: { from: 270, to: 330 },
};

/** The machine's clock; the waits that are no deadlines are noted. */
const noting = (waits: number[]): Clock => ({
  now: () => systemClock.now(),
  steady: () => systemClock.steady(),
  after(ms, task) {
    if (ms < 1_000) waits.push(ms);
    return systemClock.after(ms, task);
  },
});

describe("list-watch against a server that misbehaves", () => {
  let server: ScriptedApiserver;
  let transport: Transport;
  let stop: AbortController;
  let running: Promise<void>;
  let events: CacheEvent<KubeObject>[];
  let metrics: ReturnType<typeof createMetrics>;
  let log: ReturnType<typeof createTestLog>;
  let token = "first";

  beforeEach(async () => {
    server = await createScriptedApiserver();
    stop = new AbortController();
    running = Promise.resolve();
    events = [];
    metrics = createMetrics();
    log = createTestLog();
    token = "first";
    transport = createTransport({
      credentials: {
        server: server.url,
        headers: () => Promise.resolve({ authorization: `Bearer ${token}` }),
        invalidate: () => {
          token = "second";
        },
      },
      metrics,
      clock: systemClock,
    });
  });

  afterEach(async () => {
    stop.abort();
    await running;
    await transport.close();
    await server.close();
    const written = JSON.stringify([log.lines, (await metrics.scrape()).body]);
    assert.ok(!written.includes(SECRET), "the server's own words were repeated");
    assert.ok(!written.includes("Bearer"), "a header was logged");
  });

  function start(options: Partial<ListWatchOptions<KubeObject>> = {}): ListWatch<KubeObject> {
    const watched = createListWatch<KubeObject>({
      client: createClient(transport),
      kind: NAMESPACE,
      clock: systemClock,
      log: log.log,
      metrics,
      random: () => 1,
      ...options,
      timing: { ...TIMING, ...options.timing },
    });
    watched.subscribe((told) => events.push(told));
    running = watched.run(stop.signal);
    return watched;
  }

  const told = (): string[] => events.map(({ type, object }) => `${type} ${object.metadata.name}`);
  const requests = (): string[] =>
    server.requests.map(({ query }) =>
      query.has("watch") ? `watch ${query.get("resourceVersion")}` : `list ${query.get("continue") ?? ""}`.trim(),
    );
  const asked = (count: number): Promise<boolean> =>
    eventually(`request ${count}`, () => server.requests.length >= count).catch(() =>
      assert.fail(`only: ${requests().join(", ")}`),
    );

  it("lists in pages, fills in apiVersion and kind, and watches from the list's version with bookmarks", async () => {
    server.script(page([namespace("a", "1")], "10", "next"), page([namespace("b", "2")], "10"), watch([]));
    const watched = start();
    await watched.whenSynced(stop.signal);
    await asked(3);
    assert.deepEqual(requests(), ["list", "list next", "watch 10"]);
    assert.equal(server.requests[0]?.query.get("limit"), "500");
    assert.equal(server.requests[0]?.query.has("resourceVersion"), false);
    assert.equal(server.requests[2]?.query.get("allowWatchBookmarks"), "true");
    assert.equal(server.requests[2]?.query.get("timeoutSeconds"), "330");
    assert.deepEqual(watched.get({ name: "a" }), namespace("a", "1"));
    assert.deepEqual(told(), ["added a", "added b"]);
    assert.ok(events.every(({ initial }) => initial));
    assert.equal(watched.size(), 2);
  });

  it("says how far it is after a list, an event and a bookmark, and not before", async () => {
    const heard: string[] = [];
    server.script(page([namespace("a", "1")], "10"), watch([event("MODIFIED", namespace("a", "11")) + bookmark("20")]));
    const watched = start();
    watched.subscribe(({ object }) => heard.push(`event ${object.metadata.resourceVersion}`));
    watched.follow((version) => heard.push(`reached ${version}`));
    await eventually("the bookmark", () => heard.includes("reached 20"));
    assert.deepEqual(heard, ["event 1", "reached 10", "event 11", "reached 11", "reached 20"]);
  });

  it("passes on what the watch tells, with the state before", async () => {
    server.script(
      page([namespace("a", "1")], "10"),
      watch([
        event("MODIFIED", namespace("a", "11")) + event("ADDED", namespace("b", "12")),
        event("DELETED", namespace("a", "13")),
      ]),
    );
    const watched = start();
    await eventually("all is told", () => events.length === 4);
    assert.deepEqual(told(), ["added a", "changed a", "added b", "removed a"]);
    assert.equal(events[1]?.previous?.metadata.resourceVersion, "1");
    assert.equal(events[1]?.initial, false);
    assert.deepEqual(
      [...watched.values()].map(({ metadata }) => metadata.name),
      ["b"],
    );
  });

  it("asks for metadata only, by both content types, and restores apiVersion and kind", async () => {
    const partial = { ...namespace("a", "11"), kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1" };
    server.script(page([], "10"), watch([event("ADDED", partial)]));
    const watched = start({ metadataOnly: true, labelSelector: "a=b", fieldSelector: "metadata.name=a" });
    await eventually("a is there", () => watched.size() === 1);
    assert.equal(
      server.requests[0]?.headers.accept,
      "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
    );
    assert.equal(server.requests[1]?.headers.accept, "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1");
    for (const { query } of server.requests) {
      assert.equal(query.get("labelSelector"), "a=b");
      assert.equal(query.get("fieldSelector"), "metadata.name=a");
    }
    assert.deepEqual(watched.get({ name: "a" }), namespace("a", "11"));
  });

  it("drops managedFields before it transforms, in lists and in events", async () => {
    const managed = (name: string): KubeObject => {
      const object = namespace(name, "1");
      return { ...object, metadata: { ...object.metadata, managedFields: [{}], annotations: { big: "x" } } };
    };
    server.script(page([managed("a")], "10"), watch([event("ADDED", managed("b"))]));
    const seen: unknown[] = [];
    const watched = start({
      transform: (object) => {
        seen.push(object.metadata.managedFields);
        delete object.metadata.annotations;
        return object;
      },
    });
    await eventually("b is there", () => watched.size() === 2);
    assert.deepEqual(seen, [undefined, undefined]);
    assert.deepEqual([...watched.values()], [namespace("a", "1"), namespace("b", "1")]);
  });

  it("lists anew when the connection is reset in the middle of a list", async () => {
    server.script(reset('{"items":['), reset(), page([namespace("a", "1")], "10"), watch([]));
    const watched = start();
    await watched.whenSynced(stop.signal);
    assert.deepEqual(requests().slice(0, 3), ["list", "list", "list"]);
  });

  it("goes on from the last event when the connection is reset in the middle of a watch", async () => {
    server.script(
      page([], "10"),
      watch([event("ADDED", namespace("a", "11")), event("ADDED", namespace("b", "12"))], "reset"),
      watch([event("ADDED", namespace("c", "13"))]),
    );
    start();
    await eventually("c is told", () => events.length === 3);
    assert.deepEqual(requests(), ["list", "watch 10", "watch 12"]);
    assert.deepEqual(told(), ["added a", "added b", "added c"]);
  });

  it("goes on from the last version when no byte comes for too long", async () => {
    server.script(page([], "10"), watch([event("ADDED", namespace("a", "11"))]), watch([]));
    start({ timing: { ...TIMING, idleMs: 20 } });
    await asked(3);
    assert.deepEqual(requests().slice(0, 3), ["list", "watch 10", "watch 11"]);
    assert.match((await metrics.scrape()).body, /watch_restarts_total\{resource="namespaces",cause="silent"\} [1-9]/);
  });

  it("takes silence after a long life as an idle kind's: it goes on at once and says nothing", async () => {
    server.script(page([], "10"), watch([]), watch([event("ADDED", namespace("a", "11"))]));
    const waits: number[] = [];
    start({ clock: noting(waits), timing: { ...TIMING, idleMs: 20, healthyMs: 10 } });
    await eventually("a is told", () => events.length === 1);
    assert.deepEqual(requests().slice(0, 3), ["list", "watch 10", "watch 10"]);
    assert.deepEqual(
      waits.filter((ms) => ms !== 20),
      [],
    );
    assert.ok(log.lines.every(({ message }) => message === "watch synced"));
  });

  it("leaves no connection behind when it gives up a silent one", async () => {
    server.script(page([], "10"), ...Array.from({ length: 5 }, () => watch([])));
    start({ timing: { ...TIMING, idleMs: 5 } });
    await asked(6);
    assert.ok(server.connections.open <= 2, `${server.connections.open} connections are open`);
  });

  it("gives up a server that accepts the watch's request and never answers it", async () => {
    server.script(page([], "10"), () => undefined, watch([event("ADDED", namespace("a", "11"))]));
    start({ timing: { ...TIMING, answerMs: 200 } });
    await eventually("a is told", () => events.length === 1);
    assert.deepEqual(requests(), ["list", "watch 10", "watch 10"]);
  });

  for (const [how, answer] of [
    ["as an ERROR event", watch([expired()])],
    ["as an HTTP status", refusal(410, "Expired")],
  ] as const) {
    it(`lists anew on 410 ${how}, and tells the difference`, async () => {
      server.script(
        page(
          [namespace("gone", "1"), namespace("same", "2"), namespace("changed", "3"), namespace("reborn", "4")],
          "10",
        ),
        answer,
        page(
          [
            namespace("same", "2"),
            namespace("changed", "13"),
            namespace("reborn", "14", "uid-2"),
            namespace("new", "15"),
          ],
          "20",
        ),
        watch([]),
      );
      const watched = start();
      await asked(4);
      assert.deepEqual(requests(), ["list", "watch 10", "list", "watch 20"]);
      assert.deepEqual(told().slice(4), [
        "removed gone",
        "changed changed",
        "removed reborn",
        "added reborn",
        "added new",
      ]);
      assert.equal(
        events.find(({ type, object }) => type === "removed" && object.metadata.name === "reborn")?.object.metadata.uid,
        "uid-reborn",
      );
      assert.ok(events.slice(4).every(({ initial }) => !initial));
      assert.equal(watched.get({ name: "reborn" })?.metadata.uid, "uid-2");
    });
  }

  it("begins the list anew when a continue token has expired, and tells nothing of the first pages", async () => {
    server.script(
      page([namespace("half", "1")], "10", "next"),
      refusal(410, "Expired"),
      page([namespace("a", "2")], "20"),
      watch([]),
    );
    start();
    await asked(4);
    assert.deepEqual(requests(), ["list", "list next", "list", "watch 20"]);
    assert.deepEqual(told(), ["added a"]);
  });

  it("leaves the cache as it was when a page of a later list fails", async () => {
    server.script(
      page([namespace("a", "1"), namespace("b", "2")], "10"),
      watch([expired()]),
      page([namespace("c", "3")], "20", "next"),
      refusal(500, "InternalError"),
      () => undefined,
    );
    const watched = start();
    await asked(5);
    assert.deepEqual(
      [...watched.values()].map(({ metadata }) => metadata.name),
      ["a", "b"],
    );
    assert.equal(events.length, 2);
  });

  it("follows a continue token behind an empty page", async () => {
    server.script(page([], "10", "next"), page([namespace("a", "1")], "10"), watch([]));
    const watched = start();
    await watched.whenSynced(stop.signal);
    assert.equal(watched.size(), 1);
  });

  it("waits as long as Retry-After says", async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    server.script(refusal(429, "TooManyRequests", {}, { "retry-after": "7" }), page([], "10"), watch([]));
    const clock = {
      now: () => systemClock.now(),
      steady: () => systemClock.steady(),
      after(ms: number, task: () => void) {
        // the wait is reported and shortened; deadlines stay what they are
        if (ms === 7_000) resolve(ms);
        return systemClock.after(ms === 7_000 ? 0 : ms, task);
      },
    };
    const watched = start({ clock });
    await watched.whenSynced(stop.signal);
    assert.equal(await promise, 7_000);
  });

  it("gets over 500, 502, 503 and 504, in lists and watches", async () => {
    server.script(
      refusal(500, "InternalError"),
      json("<html>", { code: 502 }),
      page([], "10"),
      refusal(503, "ServiceUnavailable"),
      refusal(504, "Timeout"),
      watch([event("ADDED", namespace("a", "11"))]),
    );
    start();
    await eventually("a is told", () => events.length === 1);
    assert.deepEqual(requests(), ["list", "list", "list", "watch 10", "watch 10", "watch 10"]);
  });

  it("goes on from the last whole event when the stream ends inside a line", async () => {
    const half = event("ADDED", namespace("b", "12")).slice(0, 20);
    server.script(
      page([], "10"),
      watch([event("ADDED", namespace("a", "11")), half], "close"),
      watch([event("ADDED", namespace("b", "12"))]),
    );
    start();
    await eventually("b is told", () => events.length === 2);
    assert.deepEqual(requests(), ["list", "watch 10", "watch 11"]);
  });

  it("goes on from the last good event when a line cannot be parsed", async () => {
    server.script(
      page([], "10"),
      watch([event("ADDED", namespace("a", "11")), `{"type": "ADDED", ${SECRET}\n`]),
      watch([event("ADDED", namespace("b", "12"))]),
    );
    start();
    await eventually("b is told", () => events.length === 2);
    assert.deepEqual(requests(), ["list", "watch 10", "watch 11"]);
  });

  it("lists anew when a watch from one version fails again and again", async () => {
    server.script(
      page([namespace("a", "1")], "10"),
      ...Array.from({ length: 5 }, () => watch([`${SECRET}\n`])),
      page([namespace("b", "2")], "20"),
      watch([]),
    );
    start();
    await asked(8);
    assert.deepEqual(requests().slice(6), ["list", "watch 20"]);
    assert.deepEqual(told(), ["added a", "removed a", "added b"]);
  });

  it("keeps a character whole that is split over chunks", async () => {
    const object = namespace("a", "11");
    const bytes = Buffer.from(
      event("ADDED", { ...object, metadata: { ...object.metadata, annotations: { city: "Zürich 🏠" } } }),
    );
    const cuts = [...bytes.keys()].filter((at) => (bytes[at]! & 0xc0) === 0x80);
    assert.equal(cuts.length, 4);
    server.script(page([], "10"), watch([0, ...cuts].map((from, index) => bytes.subarray(from, cuts[index]))));
    start();
    await eventually("a is told", () => events.length === 1);
    assert.deepEqual(events[0]?.object.metadata.annotations, { city: "Zürich 🏠" });
  });

  it("goes on from a bookmark", async () => {
    server.script(page([], "10"), watch([bookmark("500")], "reset"), watch([]));
    start();
    await asked(3);
    assert.deepEqual(requests(), ["list", "watch 10", "watch 500"]);
    assert.deepEqual(events, []);
  });

  it("goes on at once when the server ends a watch in its time", async () => {
    server.script(page([], "10"), watch([bookmark("11")], "close"), watch([bookmark("12")], "close"), watch([]));
    const waits: number[] = [];
    start({ clock: noting(waits), timing: { ...TIMING, healthyMs: 0 } });
    await asked(4);
    assert.deepEqual(requests(), ["list", "watch 10", "watch 11", "watch 12"]);
    assert.deepEqual(waits, []);
    assert.equal(log.lines.filter(({ level }) => level === "warn").length, 0);
  });

  it("does not spin when the server ends every watch at once", async () => {
    server.script(page([], "10"), ...Array.from({ length: 4 }, () => watch([], "close")), watch([]));
    const waits: number[] = [];
    start({ clock: noting(waits) });
    await asked(6);
    assert.deepEqual(waits, [1, 2, 4, 4]);
    assert.equal(log.lines.filter(({ level }) => level === "warn").length, 1);
  });

  it("uses the new token for the next request, and reads the credentials again after a 401, once", async () => {
    server.script(refusal(401, "Unauthorized"), page([], "10"), watch([]));
    const watched = start();
    await watched.whenSynced(stop.signal);
    await asked(3);
    assert.deepEqual(
      server.requests.map(({ headers }) => headers.authorization),
      ["Bearer first", "Bearer second", "Bearer second"],
    );
  });

  it("keeps trying, and says so once, when the API is not served or rights are missing", async () => {
    const notServed = (response: { writeHead: (code: number) => { end: (text: string) => void } }): void =>
      response.writeHead(404).end("404 page not found\n");
    server.script(
      notServed,
      notServed,
      notServed,
      refusal(403, "Forbidden"),
      refusal(403, "Forbidden"),
      () => undefined,
    );
    const watched = start();
    await asked(6);
    assert.equal(watched.synced(), false);
    const warnings = log.lines.filter(({ level }) => level === "warn").map(({ fields }) => fields["error"]);
    assert.deepEqual(warnings, [
      "list namespaces: not found",
      "list namespaces: forbidden: the right to list namespaces may be missing",
    ]);
    assert.match((await metrics.scrape()).body, /landlord_watch_synced\{resource="namespaces"\} 0/);
  });

  it("goes on when a listener throws, and tells the other listeners", async () => {
    server.script(page([namespace("a", "1")], "10"), watch([event("ADDED", namespace("b", "11"))]));
    const watched = createListWatch<KubeObject>({
      client: createClient(transport),
      kind: NAMESPACE,
      clock: systemClock,
      log: log.log,
      metrics,
      timing: TIMING,
    });
    watched.subscribe(() => {
      throw new Error("listener is broken");
    });
    watched.subscribe((one) => events.push(one));
    running = watched.run(stop.signal);
    await eventually("b is told", () => events.length === 2);
    const errors = log.lines.filter(({ level }) => level === "error");
    assert.equal(errors.length, 2);
    assert.equal(errors[0]?.fields["error"], "listener is broken");
  });

  it("tells readiness by metrics, and rejects whenSynced when aborted first", async () => {
    const watched = start();
    const waiting = watched.whenSynced(stop.signal);
    await asked(1);
    stop.abort(new Error("enough"));
    await assert.rejects(waiting, /wait for the first list: aborted/);
    await running;
    assert.equal(watched.synced(), false);
  });

  it("counts objects and marks the time of the last event", async () => {
    server.script(page([namespace("a", "1")], "10"), watch([event("DELETED", namespace("a", "11"))]));
    const watched = start();
    await eventually("a is gone", () => events.length === 2);
    assert.equal(watched.size(), 0);
    const { body } = await metrics.scrape();
    assert.match(body, /landlord_watch_objects\{resource="namespaces"\} 0/);
    assert.match(body, /landlord_watch_synced\{resource="namespaces"\} 1/);
    assert.match(body, /landlord_watch_last_event_timestamp_seconds\{resource="namespaces"\} 1\d{9}/);
  });

  it("is counted under its own label where two watch the same kind", async () => {
    server.script(page([namespace("a", "1")], "10"));
    const watched = start({ label: "policy" });
    await watched.whenSynced(stop.signal);
    const { body } = await metrics.scrape();
    assert.match(body, /landlord_watch_objects\{resource="policy"\} 1/);
    assert.doesNotMatch(body, /landlord_watch_objects\{resource="namespaces"\}/);
  });
});
