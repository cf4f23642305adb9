// Two replicas behind one address under 200 creates a second: one is told to stop, one is killed, both are exchanged.
import assert from "node:assert/strict";
import { after, before, describe, it, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createObserver } from "../../sandbox/observer.ts";
import { SECRET, SERVICE_ACCOUNT } from "../../src/kube/kinds.ts";
import { createListWatch } from "../../src/kube/list-watch.ts";
import { createMetrics } from "../../src/metrics.ts";
import { systemClock } from "../../src/model/clock.ts";
import type { KubeObject, Secret } from "../../src/model/kube-object.ts";
import { auditedEnvironment, credentialOf, writesIn } from "../helpers/audit-log.ts";
import { clusterOf } from "../helpers/cluster.ts";
import {
  type Creates,
  createsOn,
  failed,
  letIn,
  type Outcome,
  type Tally,
  TENANT,
  WAITING,
} from "../helpers/creates.ts";
import { eventually } from "../helpers/eventually.ts";
import { createTestLog } from "../helpers/log.ts";
import { createReplicas, type Replica, type Replicas } from "../helpers/replicas.ts";
import { sandboxOrSkip, useSandbox } from "../helpers/sandbox.ts";

const audit = auditedEnvironment();
const OPTIONS = { crds: ["flux"], env: audit.env } as const;
const QUIET = { clock: systemClock, log: createTestLog().log, metrics: createMetrics() };
const { skip } = await sandboxOrSkip(OPTIONS);

describe("two replicas", { skip }, () => {
  const world = useSandbox(OPTIONS);
  const cluster = clusterOf(() => world.sandbox);
  let replicas: Replicas;
  let creates: Creates;

  before(async () => {
    replicas = await createReplicas(world.sandbox);
    creates = createsOn(world.sandbox);
    await replicas.start("one");
    await replicas.start("two");
    await cluster.namespace(TENANT);
    await cluster.ready(TENANT);
    await stuck(WAITING);
  });
  after(async () => {
    await creates.close();
    await replicas.close();
    audit.remove();
  });

  /** Somebody else's ServiceAccount has the name: the namespace waits for good. */
  async function stuck(name: string): Promise<void> {
    await cluster.namespace(name, {});
    await cluster.create(`/api/v1/namespaces/${name}/serviceaccounts`, { metadata: { name } });
    await cluster.patch(`/api/v1/namespaces/${name}`, { metadata: { labels: { "landlord.dev/tenant": "w" } } });
    await cluster.reason(name, "TenantReady", "Conflict");
  }

  const brief = (outcomes: Outcome[]): string[] =>
    outcomes.slice(0, 5).map(({ sort, what, status, text }) => `${sort} ${what}: ${status} ${text.slice(0, 300)}`);

  async function allReady({ namespaces }: Tally): Promise<void> {
    assert.ok(namespaces.length > 0);
    await cluster.allReady(namespaces);
  }

  const tell = (t: TestContext, { outcomes }: Tally, what: string): void =>
    t.diagnostic(`${outcomes.length} creates, ${failed(outcomes).length} failed; ${what}`);

  for (const role of ["standby", "leader"] as const) {
    it(`fails not one request when the ${role} is told to stop`, async (t) => {
      const replica = await replicas[role]();
      const { outcome } = await replicas.under(replica, () => creates.run({ seconds: 8 }));
      const told = Date.now();
      let ended = 0;
      const stopped = replicas.stop(replica).then(() => (ended = Date.now()));
      await replicas.leader({ not: replica });
      const led = Date.now();
      await stopped;
      const tally = await outcome;
      tell(t, tally, `ended ${ended - told} ms after SIGTERM; the other led after ${led - told} ms`);
      assert.deepEqual(brief(failed(tally.outcomes)), []);
      if (role === "leader") assert.ok(led - told < 6_000, `the Lease was taken after ${led - told} ms`);
      await Promise.all([allReady(tally), replicas.start(`${replica.name}-again`)]);
    });
  }

  for (const role of ["standby", "leader"] as const) {
    it(`fails at most what waits for an answer of the ${role} when that is killed`, async (t) => {
      const replica = await replicas[role]();
      const { outcome } = await replicas.under(replica, () => creates.run({ seconds: 5 }));
      if (replica.process.pid === undefined) assert.fail("it has no pid");
      process.kill(replica.process.pid, "SIGSTOP"); // so that some do wait
      await sleep(150);
      const inFlight = replicas.relay.inFlight(replica.ports.webhooks);
      const { spec } = await replicas.lease();
      const killed = Date.now();
      const unanswered = await replicas.kill(replica);
      const tally = await outcome;
      const wrong = failed(tally.outcomes);
      const next = await replicas.leader({ not: replica });
      const led = Date.now();
      tell(t, tally, `${inFlight} in flight at the kill, ${unanswered} connections ended without their answer`);
      assert.ok(unanswered > 0, "nothing was in flight: the kill has shown nothing");
      assert.ok(wrong.length <= unanswered, brief(wrong).join("\n"));
      assert.deepEqual(brief(wrong.filter(({ sort }) => sort === "Ignore")), []);
      assert.deepEqual(brief(letIn(tally.outcomes)), []);
      if (role === "leader") {
        const leaseEnd = Date.parse(spec?.renewTime ?? "") + (spec?.leaseDurationSeconds ?? 0) * 1000;
        t.diagnostic(`the other led ${led - killed} ms after the kill, ${led - leaseEnd} ms after the Lease's end`);
        t.diagnostic(`its first write came ${await untilFirstWrite(next)} ms after it had the Lease`);
        assert.ok(led - leaseEnd < 8_000, `the Lease was taken ${led - leaseEnd} ms after its end`);
      }
      await Promise.all([allReady(tally), replicas.start(`${replica.name}-anew`)]);
    });
  }

  /** Milliseconds from "leadership gained" to the first write that is not the Lease's. */
  async function untilFirstWrite(replica: Replica): Promise<number> {
    const gained = await eventually("it says that it leads", async () => {
      const line = (await replica.log()).findLast(
        ({ message, lease }) => message === "leadership gained" && lease === "landlord/landlord",
      );
      return line && Date.parse(String(line["time"]));
    });
    return eventually("it writes", async () => {
      const writes = await writesIn(audit.env, world.sandbox);
      const own = writes.filter(({ credential }) => credential === credentialOf(replica.token));
      const first = own.find(({ resource, at }) => at >= gained && resource !== "leases" && resource !== "events");
      return first && Math.max(first.at - gained, 1);
    });
  }

  it("loses nothing and sets nothing up twice while both are exchanged", async (t) => {
    const old = [await replicas.leader(), await replicas.standby()];
    const seen = await follow();
    const done = new AbortController();
    const load = creates.run({ seconds: 120, signal: done.signal });
    const began = Date.now();
    for (const [index, replica] of old.entries()) {
      await replicas.start(`new-${index}`);
      await replicas.stop(replica);
    }
    const ended = Date.now();
    done.abort();
    const tally = await load;
    tell(t, tally, `both exchanged in ${ended - began} ms, ${tally.namespaces.length} namespaces made meanwhile`);
    assert.deepEqual(brief(failed(tally.outcomes)), []);
    await allReady(tally);
    await seen.stop();
    const writes = (await writesIn(audit.env, world.sandbox)).filter(({ resource }) => KINDS.includes(resource));
    for (const name of tally.namespaces) {
      const own = writes.filter(({ object }) => object.startsWith(`${name}/`));
      const told = own.map(({ verb, resource, object, code }) => `${verb} ${resource} ${object} ${code}`);
      assert.deepEqual(told.toSorted(), [
        `create rolebindings ${name}/${name}-reconciler 201`,
        `create secrets ${name}/${name}-token 201`,
        `create serviceaccounts ${name}/${name} 201`,
      ]);
      assert.equal(seen.of("ServiceAccount", `${name}/${name}`).size, 1);
      assert.equal(seen.of("Secret", `${name}/${name}-token`).size, 1);
    }
  });

  const KINDS = ["serviceaccounts", "rolebindings", "secrets"];

  /** Watches as somebody else: every uid, and every token, that a managed object was ever seen with. */
  async function follow() {
    const observer = createObserver(world.sandbox);
    const stop = new AbortController();
    const lives = new Map<string, Set<string>>();
    const running = [SERVICE_ACCOUNT, SECRET].map((kind) => {
      const watch = createListWatch<KubeObject>({ client: observer.client, kind, ...QUIET });
      watch.subscribe(({ object }) => {
        const { name, namespace, uid } = object.metadata;
        const token = (object as Secret).data?.["token"];
        if (kind === SECRET && token === undefined) return;
        const key = `${kind.kind} ${namespace}/${name}`;
        lives.set(key, (lives.get(key) ?? new Set()).add(`${uid} ${token}`));
      });
      return { synced: watch.whenSynced(stop.signal), done: watch.run(stop.signal) };
    });
    await Promise.all(running.map(({ synced }) => synced));
    return {
      of: (kind: string, name: string): Set<string> => lives.get(`${kind} ${name}`) ?? new Set(),
      async stop() {
        stop.abort();
        await Promise.all(running.map(({ done }) => done));
        await observer.close();
      },
    };
  }

  it("lets every Pod go in the end, whichever replica had died when it was made", async () => {
    const pods = `/api/v1/namespaces/${WAITING}/pods`;
    const gated = async (): Promise<number> =>
      (await cluster.list<KubeObject & { spec: { schedulingGates?: unknown[] } }>(pods)).filter(
        ({ spec }) => (spec.schedulingGates ?? []).length > 0,
      ).length;
    assert.ok((await gated()) > 0);
    await cluster.remove(`/api/v1/namespaces/${WAITING}/serviceaccounts/${WAITING}`);
    await cluster.patch(`/api/v1/namespaces/${WAITING}`, {
      metadata: { annotations: { "example.com/look": "again" } },
    });
    await cluster.ready(WAITING);
    await eventually("no Pod is held back", async () => (await gated()) === 0, 60_000);
  });
});
