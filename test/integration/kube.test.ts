// The kube room against a real kube-apiserver: what its tests on scripted servers take for granted.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createClient, type KubeClient } from "../../src/kube/client.ts";
import { kubeconfigCredentials } from "../../src/kube/credentials.ts";
import {
  isAlreadyExists,
  isConflict,
  isForbidden,
  isInvalid,
  isNotFound,
  isOtherObject,
  isTerminating,
  KubeError,
} from "../../src/kube/errors.ts";
import { createEventRecorder } from "../../src/kube/events.ts";
import { EVENT, LEASE, NAMESPACE, POD, SECRET, SERVICE_ACCOUNT } from "../../src/kube/kinds.ts";
import { runWithLease } from "../../src/kube/lease.ts";
import type { Lease } from "../../src/kube/lease-record.ts";
import { type CacheEvent, createListWatch } from "../../src/kube/list-watch.ts";
import { createTransport, type Transport } from "../../src/kube/transport.ts";
import { createMetrics } from "../../src/metrics.ts";
import { systemClock } from "../../src/model/clock.ts";
import type { KubeObject, Namespace, Secret } from "../../src/model/kube-object.ts";
import { eventually } from "../helpers/eventually.ts";
import { createTestLog } from "../helpers/log.ts";
import { sandboxOrSkip, useSandbox } from "../helpers/sandbox.ts";

const { skip } = await sandboxOrSkip();

interface Pod extends KubeObject {
  spec: { serviceAccountName: string; schedulingGates?: { name: string }[]; containers: object[] };
}

describe("the kube room on a real apiserver", { skip }, () => {
  const world = useSandbox();
  const metrics = createMetrics();
  const { log } = createTestLog();
  let transport: Transport;
  let client: KubeClient;

  before(async () => {
    const credentials = await kubeconfigCredentials({ path: world.sandbox.kubeconfig() });
    transport = createTransport({ credentials, metrics, clock: systemClock });
    client = createClient(transport);
  });
  after(() => transport.close());

  const named = (name: string, more: object = {}): Namespace => ({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name, ...more },
  });
  const namespace = (name: string, labels: Record<string, string> = {}): Promise<Namespace> =>
    client.create(NAMESPACE, named(name, { labels }));
  const secret = (where: string, name: string, more: object = {}): Secret => ({
    apiVersion: "v1",
    kind: "Secret",
    type: "Opaque",
    metadata: { namespace: where, name, ...more },
  });
  const withCondition = (name: string, type: string, uid?: string): Namespace => ({
    ...named(name, uid === undefined ? {} : { uid }),
    status: {
      conditions: [
        { type, status: "True", reason: "Because", message: "it is so", lastTransitionTime: "2026-01-01T00:00:00Z" },
      ],
    },
  });

  it("creates, reads, lists and deletes", async () => {
    const made = await namespace("verbs");
    await assert.rejects(namespace("verbs"), isAlreadyExists);
    assert.equal((await client.get(NAMESPACE, { name: "verbs" })).metadata.uid, made.metadata.uid);
    await assert.rejects(client.get(NAMESPACE, { name: "nobody" }), isNotFound);
    await assert.rejects(client.create(NAMESPACE, named("No_Name")), isInvalid);
    for (const name of ["a", "b", "c"]) await client.create(SECRET, secret("verbs", name));
    const pages: string[][] = [];
    for await (const { items } of client.list(SECRET, { namespace: "verbs", limit: 2 })) {
      assert.ok(items.every(({ apiVersion, kind }) => apiVersion === "v1" && kind === "Secret"));
      pages.push(items.map(({ metadata }) => metadata.name));
    }
    assert.deepEqual(pages, [["a", "b"], ["c"]]);
    await client.remove(SECRET, { namespace: "verbs", name: "a" });
    await client.remove(SECRET, { namespace: "verbs", name: "a" });
  });

  it("says which right is missing", async () => {
    const credentials = await kubeconfigCredentials({ path: world.sandbox.kubeconfig("developer") });
    const other = createTransport({ credentials, metrics, clock: systemClock });
    await assert.rejects(createClient(other).apply(NAMESPACE, named("verbs")), (error) => {
      assert.ok(isForbidden(error));
      assert.equal(
        (error as Error).message,
        "apply Namespace verbs: forbidden: the right to patch namespaces may be missing",
      );
      return true;
    });
    await other.close();
  });

  it("applies metadata and conditions, each without the other", async () => {
    const { metadata } = await namespace("applied", { theirs: "1" });
    await client.apply(NAMESPACE, named("applied", { labels: { ours: "2" } }));
    await client.apply(NAMESPACE, withCondition("applied", "TenantReady", metadata.uid), { subresource: "status" });
    const found = await client.get<Namespace>(NAMESPACE, { name: "applied" });
    assert.equal(found.metadata.labels?.["theirs"], "1");
    assert.equal(found.metadata.labels["ours"], "2");
    assert.deepEqual(
      found.status?.conditions?.map(({ type }) => type),
      ["TenantReady"],
    );
    assert.equal(found.status?.phase, "Active");
  });

  it("drops a condition of ours that an apply no longer names", async () => {
    await namespace("conditions");
    for (const type of ["landlord.dev/one", "landlord.dev/two"]) {
      await client.apply(NAMESPACE, withCondition("conditions", type), { subresource: "status" });
    }
    const found = await client.get<Namespace>(NAMESPACE, { name: "conditions" });
    assert.deepEqual(
      found.status?.conditions?.map(({ type }) => type),
      ["landlord.dev/two"],
    );
  });

  it("touches no object of another uid, and creates none under a uid", async () => {
    const [one, other] = [await namespace("uid-one"), await namespace("uid-other")];
    const { uid } = other.metadata;
    await assert.rejects(client.apply(NAMESPACE, named("uid-one", { uid, labels: { a: "b" } })), isOtherObject);
    await assert.rejects(
      client.apply(NAMESPACE, withCondition("uid-one", "X", uid), { subresource: "status" }),
      isOtherObject,
    );
    const merge = (metadata: object) =>
      client.patch(NAMESPACE, { name: "uid-one" }, { type: "merge", body: { metadata } });
    await assert.rejects(merge({ uid, labels: { a: "b" } }), isOtherObject);
    await assert.rejects(merge({ resourceVersion: "1", labels: { a: "b" } }), isConflict);
    await assert.rejects(client.apply(SECRET, secret("uid-one", "none", { uid })), isConflict);
    await assert.rejects(client.remove(NAMESPACE, { name: "uid-one" }, { uid: uid ?? "" }), isConflict);
    assert.equal(
      (await client.get(NAMESPACE, { name: "uid-one" })).metadata.resourceVersion,
      one.metadata.resourceVersion,
    );
    const patched = await merge({ uid: one.metadata.uid, labels: { a: "b" } });
    assert.equal(patched.metadata.labels?.["a"], "b");
  });

  it("lifts one scheduling gate of a Pod and leaves the others, twice without harm", async () => {
    await namespace("gates");
    await client.create(SERVICE_ACCOUNT, {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { namespace: "gates", name: "sa" },
    });
    const pod = await client.create<Pod>(POD, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { namespace: "gates", name: "p" },
      spec: {
        serviceAccountName: "sa",
        schedulingGates: [{ name: "landlord.dev/initializing" }, { name: "example.com/theirs" }],
        containers: [{ name: "c", image: "i" }],
      },
    });
    const body = {
      metadata: { uid: pod.metadata.uid },
      spec: { schedulingGates: [{ $patch: "delete", name: "landlord.dev/initializing" }] },
    };
    for (let time = 0; time < 2; time++) {
      const lifted = await client.patch<Pod>(POD, pod.metadata, { type: "strategic", body });
      assert.deepEqual(lifted.spec.schedulingGates, [{ name: "example.com/theirs" }]);
    }
  });

  it("is given tokens of a ServiceAccount, but not of its namesake", async () => {
    const { metadata } = await namespace("tokens");
    const account = await client.create<KubeObject>(SERVICE_ACCOUNT, {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { namespace: "tokens", name: "sa" },
    });
    const ref = { namespace: "tokens", name: "sa" };
    const { token, expiresAt } = await client.requestToken(
      { ...ref, uid: account.metadata.uid ?? "" },
      { expirationSeconds: 600 },
    );
    assert.ok(Math.abs(expiresAt - Date.now() - 600_000) < 10_000);
    assert.equal(token.open().split(".").length, 3);
    await assert.rejects(
      client.requestToken({ ...ref, uid: metadata.uid ?? "" }, { expirationSeconds: 600 }),
      isConflict,
    );
    await assert.rejects(client.requestToken({ ...ref, name: "nobody" }, { expirationSeconds: 600 }), isNotFound);
  });

  it("knows a namespace that is being deleted", async () => {
    await namespace("ending");
    await client.remove(NAMESPACE, { name: "ending" });
    await assert.rejects(client.create(SECRET, secret("ending", "late")), isTerminating);
    await assert.rejects(client.apply(SECRET, secret("ending", "late")), isTerminating);
  });

  it("tells a tenant its story inside its own namespace", async () => {
    const about = await namespace("story");
    const recorder = createEventRecorder({ client, identity: "landlord-0", clock: systemClock, log, metrics });
    for (let time = 0; time < 2; time++) {
      recorder.record(about, { type: "Normal", reason: "TenantReady", message: "the tenant may move in" });
      await recorder.flush();
    }
    const listed = [];
    for await (const { items } of client.list<KubeObject & { count: number }>(EVENT, { namespace: "story" }))
      listed.push(...items);
    assert.deepEqual(
      listed.map(({ count }) => count),
      [2],
    );
    const events = await world.sandbox.kubectl(["events", "-n", "story", "--for", "namespace/story"]);
    assert.match(events.stdout, /\(x2 over \d+s\) +Normal +TenantReady +Namespace\/story +the tenant may move in/);
    const got = await world.sandbox.kubectl(["get", "events", "-n", "story"]);
    assert.match(got.stdout, /Normal +TenantReady +namespace\/story +the tenant may move in/);
  });

  it("drops an event that a namespace which is being deleted no longer takes", async () => {
    const about = await namespace("silent");
    await client.remove(NAMESPACE, { name: "silent" });
    const own = createMetrics();
    const recorder = createEventRecorder({ client, identity: "landlord-0", clock: systemClock, log, metrics: own });
    recorder.record(about, { type: "Normal", reason: "TooLate", message: "nobody hears it" });
    await recorder.flush();
    assert.match((await own.scrape()).body, /^landlord_events_dropped_total 1$/m);
  });

  it("follows metadata of what a selector chooses, and nothing else of it", async () => {
    const events: CacheEvent<KubeObject>[] = [];
    const watched = createListWatch<KubeObject>({
      client,
      kind: SECRET,
      labelSelector: "pick=me",
      metadataOnly: true,
      clock: systemClock,
      log,
      metrics,
    });
    watched.subscribe((event) => events.push(event));
    const stop = new AbortController();
    const running = watched.run(stop.signal);
    await watched.whenSynced(stop.signal);
    await namespace("picked");
    await client.create(SECRET, {
      ...secret("picked", "a", { labels: { pick: "me" } }),
      data: { password: "aHVudGVyMg==" },
    });
    await client.create(SECRET, secret("picked", "b"));
    await eventually("a is seen", () => watched.get({ namespace: "picked", name: "a" }));
    await client.patch(
      SECRET,
      { namespace: "picked", name: "a" },
      { type: "merge", body: { metadata: { labels: { pick: null } } } },
    );
    await eventually("a is gone", () => watched.size() === 0);
    stop.abort();
    await running;
    assert.deepEqual(
      events.map(({ type, object }) => `${type} ${object.kind} ${object.metadata.name}`),
      ["added Secret a", "removed Secret a"],
    );
    assert.ok(!JSON.stringify(events).includes("aHVudGVyMg"));
    assert.ok(events.every(({ object }) => object.metadata.managedFields === undefined));
  });

  for (const how of ["SIGTERM", "SIGKILL"] as const) {
    it(`sees over a restart of the apiserver by ${how} what came and what went`, async () => {
      const suffix = how.toLowerCase();
      const events: string[] = [];
      const watched = createListWatch<KubeObject>({
        client,
        kind: SECRET,
        namespace: `restart-${suffix}`,
        clock: systemClock,
        log,
        metrics,
        timing: { backoff: { baseMs: 100, maxMs: 500 } },
      });
      watched.subscribe(({ type, object }) => events.push(`${type} ${object.metadata.name}`));
      await namespace(`restart-${suffix}`);
      await client.create(SECRET, secret(`restart-${suffix}`, "before"));
      const stop = new AbortController();
      const running = watched.run(stop.signal);
      await watched.whenSynced(stop.signal);
      const stopped = world.sandbox.stopApiserver();
      if (how === "SIGKILL") {
        const { pid } = world.sandbox.processes().find(({ name }) => name === "kube-apiserver") ?? {};
        assert.ok(pid);
        process.kill(pid, "SIGKILL");
      }
      await stopped;
      await assert.rejects(
        client.get(NAMESPACE, { name: "default" }),
        (error) => error instanceof KubeError && error.status === 0,
      );
      await world.sandbox.startApiserver();
      await client.remove(SECRET, { namespace: `restart-${suffix}`, name: "before" });
      await client.create(SECRET, secret(`restart-${suffix}`, "after"));
      await eventually("the watch has caught up", () => events.includes("added after"));
      assert.deepEqual(events, ["added before", "removed before", "added after"]);
      stop.abort();
      await running;
    });
  }

  it("lets one lead at a time, and the next at once after a release", async () => {
    await namespace("leases");
    const diary: string[] = [];
    const contend = (identity: string) => {
      const stop = new AbortController();
      const lead = async (signal: AbortSignal): Promise<void> => {
        diary.push(`${identity} leads`);
        await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
        diary.push(`${identity} stopped`);
      };
      const done = runWithLease({
        client,
        namespace: "leases",
        name: "l",
        identity,
        clock: systemClock,
        log,
        metrics: createMetrics(),
        signal: stop.signal,
        durationMs: 3_000,
        renewMs: 500,
        retryMs: 100,
        lead,
      });
      return { stop, done };
    };
    const a = contend("a");
    await eventually("a leads", () => diary.length === 1);
    const b = contend("b");
    const held = await client.get<Lease>(LEASE, { namespace: "leases", name: "l" });
    await eventually(
      "a has renewed",
      async () =>
        (await client.get<Lease>(LEASE, held.metadata)).metadata.resourceVersion !== held.metadata.resourceVersion,
    );
    a.stop.abort();
    await a.done;
    await eventually("b leads", () => diary.length === 3);
    b.stop.abort();
    await b.done;
    assert.deepEqual(diary, ["a leads", "a stopped", "b leads", "b stopped"]);
    const lease = await client.get<Lease>(LEASE, held.metadata);
    assert.deepEqual([lease.spec?.holderIdentity, lease.spec?.leaseTransitions], ["", 1]);
  });
});
