// A holder of the Lease that is frozen in the middle of its work, and wakes up when another has it: it writes nothing any more.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { openLoop } from "../../sandbox/open-loop.ts";
import type { Namespace } from "../../src/model/kube-object.ts";
import { auditedEnvironment, credentialOf, type Write, writesIn } from "../helpers/audit-log.ts";
import { clusterOf } from "../helpers/cluster.ts";
import { eventually } from "../helpers/eventually.ts";
import { createReplicas, type Replica, type Replicas } from "../helpers/replicas.ts";
import { sandboxOrSkip, useSandbox } from "../helpers/sandbox.ts";

const audit = auditedEnvironment();
const OPTIONS = { env: audit.env } as const;
const { skip } = await sandboxOrSkip(OPTIONS);

const NAMESPACES = 240;
const IN_HAND = 3;
/** Longer than whatever a woken replica could do late: its retries, its next look at the Lease. */
const WATCHED_MS = 5_000;

describe("a holder of the Lease that was frozen", { skip }, () => {
  const world = useSandbox(OPTIONS);
  const cluster = clusterOf(() => world.sandbox);
  let replicas: Replicas;

  before(async () => {
    replicas = await createReplicas(world.sandbox);
    await replicas.start("one");
    await replicas.start("two");
  });
  after(async () => {
    await replicas.close();
    audit.remove();
  });

  const writesOf = async ({ token }: Replica): Promise<Write[]> =>
    (await writesIn(audit.env, world.sandbox)).filter(({ credential }) => credential === credentialOf(token));
  /** What it has begun to set up, and not marked as ready. */
  const inHand = async (replica: Replica): Promise<string[]> => {
    const writes = await writesOf(replica);
    const marked = new Set(writes.filter(({ resource }) => resource === "namespaces").map(({ object }) => object));
    const begun = writes.filter(({ verb, resource }) => verb === "create" && resource === "serviceaccounts");
    const names = begun.map(({ object }) => object.split("/")[1] ?? "");
    return names.filter((name) => !marked.has(`/${name}`));
  };
  const signal = ({ process: { pid } }: Replica, name: NodeJS.Signals): void => {
    if (pid === undefined) assert.fail("it has no pid");
    process.kill(pid, name);
  };

  it("sends nothing after it woke up, though it was in the middle of its work", async (t) => {
    const frozen = await replicas.leader();
    const names = Array.from({ length: NAMESPACES }, (_, index) => `n-${index}`);
    const made = openLoop((index) => cluster.namespace(names[index] ?? ""), {
      perSecond: 60,
      seconds: NAMESPACES / 60,
    });
    await eventually("it is frozen in the middle of it", async () => {
      signal(frozen, "SIGSTOP");
      if ((await inHand(frozen)).length >= IN_HAND) return true;
      signal(frozen, "SIGCONT");
      await sleep(30);
      return false;
    });
    await made;
    t.diagnostic(`${(await inHand(frozen)).length} namespaces were in hand when it froze`);

    const next = await replicas.leader({ not: frozen });
    const renewed = (await writesOf(frozen)).findLast(({ resource }) => resource === "leases")?.at ?? 0;
    t.diagnostic(`the other led ${Date.now() - renewed} ms after the last renewal`);
    await eventually("the other is at work", async () => (await writesOf(next)).length > 50);
    const woken = Date.now();
    signal(frozen, "SIGCONT");
    await cluster.allReady(names);
    await sleep(Math.max(0, woken + WATCHED_MS - Date.now()));

    const late = (await writesOf(frozen)).filter(({ at }) => at >= woken);
    assert.deepEqual(
      late.map(({ verb, resource, object, code, at }) => `${at - woken} ms: ${verb} ${resource} ${object} ${code}`),
      [],
    );
    assert.equal((await frozen.get("/readyz")).status, 200);
    const ended = (await frozen.log()).find(
      ({ message, lease }) => message === "leadership ended" && lease === "landlord/landlord",
    );
    assert.equal(ended?.["reason"], "not renewed in time");
  });

  it("has left nothing undone or done twice", async () => {
    const namespaces = await cluster.list<Namespace>("/api/v1/namespaces?labelSelector=landlord.dev%2Ftenant");
    assert.equal(namespaces.length, NAMESPACES);
    const created = (await writesIn(audit.env, world.sandbox)).filter(
      ({ verb, resource, object, code }) =>
        verb === "create" && code === 201 && KINDS.includes(resource) && object.startsWith("n-"),
    );
    const times = Map.groupBy(created, ({ resource, object }) => `${resource} ${object}`);
    assert.deepEqual(
      [...times].filter(([, writes]) => writes.length !== 1).map(([what]) => what),
      [],
    );
    assert.equal(times.size, KINDS.length * NAMESPACES);
  });
});

const KINDS = ["serviceaccounts", "rolebindings", "secrets"];
