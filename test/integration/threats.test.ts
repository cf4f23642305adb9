// Threats that only the real process and a real API server can show: a flood of bodies, old versions of kinds, hands on the webhooks' configurations.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { before, describe, it, type TestContext } from "node:test";
import { connect } from "node:tls";
import { type RunningLandlord, startLandlord } from "../../sandbox/landlord.ts";
import { applyManifests } from "../../sandbox/manifests.ts";
import type { KubeObject } from "../../src/model/kube-object.ts";
import { createJudge } from "../../webhooks/judge.ts";
import { rules } from "../../webhooks/validating/index.ts";
import { KUSTOMIZATIONS } from "../../webhooks/validating/resource.ts";
import { testFacts, testPolicy } from "../helpers/admission.ts";
import { clusterOf } from "../helpers/cluster.ts";
import { eventually } from "../helpers/eventually.ts";
import { goodOf, goodRequest } from "../helpers/good-objects.ts";
import { serveOpenVersion } from "../helpers/open-kinds.ts";
import { sandboxOrSkip, useSandbox } from "../helpers/sandbox.ts";

const OPTIONS = { crds: ["flux"] } as const;
const { skip } = await sandboxOrSkip(OPTIONS);

const MIB = 1024 * 1024;
/** 420 MiB in all, if it were kept. */
const FLOOD = { callers: 60, bytes: 7 * MIB };
/** Fields that reach nowhere: who made an artifact, as Flux itself writes it; and which of the object's own products are meant. */
const HARMLESS = [
  "ExternalArtifact spec.sourceRef.namespace",
  "HelmRelease spec.driftDetection.ignore.0.target.namespace",
  "Kustomization spec.ignore.0.target.namespace",
];
/** What manifests/base/deployment.yaml lets the container have. */
const MEMORY_LIMIT = 384 * MIB;
const CONFIGURATIONS = "/apis/admissionregistration.k8s.io/v1";
const WRONG = { targetNamespace: "kube-system", interval: "5m", prune: true, sourceRef: { kind: "Bucket", name: "x" } };

describe("threats", { skip }, () => {
  const world = useSandbox(OPTIONS);
  const cluster = clusterOf(() => world.sandbox);
  let landlord: RunningLandlord;

  before(async () => {
    landlord = await startLandlord(world.sandbox);
    await cluster.namespace("team-a");
    await cluster.ready("team-a");
    const grant = ["create", "clusterrolebinding", "writers", "--clusterrole=landlord-tenant", "--user=developer"];
    assert.equal((await world.sandbox.kubectl(grant)).code, 0);
  });

  /** What the API server says to a Kustomization that reaches out of its namespace. */
  async function refusal(version: string, ...args: string[]): Promise<string> {
    const metadata = { name: "wrong", namespace: "team-a" };
    const object = {
      apiVersion: `kustomize.toolkit.fluxcd.io/${version}`,
      kind: "Kustomization",
      metadata,
      spec: WRONG,
    };
    const input = JSON.stringify(object);
    const { stderr } = await world.sandbox.kubectl(["create", "-f", "-", ...args], { input, user: "developer" });
    return stderr;
  }

  async function figure(name: string, labels: string): Promise<number> {
    const { text } = await landlord.get("/metrics");
    const line = text.split("\n").find((each) => each.startsWith(`${name}{${labels}} `));
    return Number(line?.split(" ").at(-1) ?? Number.NaN);
  }

  it("goes on judging while many callers send bodies that never end, and keeps within its memory", async (t) => {
    const callers = await Promise.all(Array.from({ length: FLOOD.callers }, () => flood(t, landlord.ports.webhooks)));
    const sent = Promise.all(callers.map(({ sent: done }) => done));
    for (let round = 0; round < 10; round++) assert.match(await refusal("v1"), /K2 spec.targetNamespace/);
    await sent;
    const crowded = await figure("landlord_admission_bodies_refused_total", 'cause="crowded"');
    assert.ok(crowded > 0, `${crowded} bodies made room`); // on a slow machine some are given up for their time instead
    const peak = await peakOf(landlord.process.pid);
    t.diagnostic(`${crowded} bodies made room; ${Math.round(peak / MIB)} MiB at the most`);
    assert.ok(peak < MEMORY_LIMIT, `${peak} bytes`);
    assert.match(await refusal("v1"), /K2 spec.targetNamespace/);
  });

  it("judges an object in an older version of its kind by the same rules", async () => {
    await serveOpenVersion(world.sandbox, KUSTOMIZATIONS, "v1beta2");
    assert.match(await refusal("v1beta2"), /K1 spec.serviceAccountName.*K2 spec.targetNamespace/s);
  });

  it("objects to another namespace in every field of Flux's schemas that can name one", async () => {
    const { text } = await world.sandbox.api.call({ path: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions" });
    const crds = (JSON.parse(text) as { items: Crd[] }).items.filter(({ spec }) => judged.has(spec.names.plural));
    const seen = crds.flatMap(({ spec: { names, versions } }) =>
      versions
        .filter(({ name }) => name !== "v1beta2") // the one from above lets anything through
        .flatMap(({ schema }) => namespaceFields(schema.openAPIV3Schema.properties?.["spec"], ["spec"]))
        .map((path) => ({ kind: names.kind, path })),
    );
    const silent = seen.filter(({ kind, path }) => objectionsTo(kind, path).length === 0);
    const names = new Set(silent.map(({ kind, path }) => `${kind} ${path.join(".")}`));
    assert.deepEqual([...names].toSorted(), HARMLESS);
    assert.ok(seen.length > 15, `${seen.length} fields`);
  });

  it("puts back a caBundle that somebody took out, and tells of it with the rights that it has", async () => {
    const count = (): Promise<number> => figure("landlord_certificate_changes_total", 'change="put-back"');
    assert.equal(await count(), 0);
    const path = `${CONFIGURATIONS}/validatingwebhookconfigurations/landlord`;
    const body = [{ op: "remove", path: "/webhooks/0/clientConfig/caBundle" }];
    await world.sandbox.api.call({ method: "PATCH", path, body, contentType: "application/json-patch+json" });
    await eventually("it is told", async () => (await count()) === 1);
    const told = async () => cluster.list<KubeObject & { reason: string }>("/api/v1/namespaces/landlord/events");
    await eventually("there is an Event", async () =>
      (await told()).some(({ reason }) => reason === "CaBundlePutBack"),
    );
  });

  it("shows in its figures that somebody deleted a configuration, and when it is back", async () => {
    const count = (): Promise<number> => figure("landlord_webhooks", 'kind="ValidatingWebhookConfiguration"');
    const before_ = await count();
    assert.ok(before_ > 0);
    await cluster.remove(`${CONFIGURATIONS}/validatingwebhookconfigurations/landlord`);
    await eventually("none is left", async () => (await count()) === 0);
    await applyManifests(world.sandbox, { webhookPort: landlord.ports.webhooks });
    await eventually("all are back", async () => (await count()) === before_);
  });
});

/** Somebody who begins a review of the greatest length and keeps its last byte back. `sent`: it went out, or the door had enough of it. */
async function flood(t: TestContext, port: number): Promise<{ sent: Promise<unknown> }> {
  const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false });
  t.after(() => socket.destroy());
  const closed = once(socket, "close");
  socket.on("error", () => undefined).resume();
  await once(socket, "secureConnect");
  const head = `POST /validate HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${FLOOD.bytes}\r\n\r\n`;
  const sent = new Promise<void>((resolve) => void socket.write(head + " ".repeat(FLOOD.bytes - 1), () => resolve()));
  return { sent: Promise.race([sent, closed]) };
}

/** Bytes of memory at the most since it started. */
async function peakOf(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

interface Schema {
  properties?: Record<string, Schema>;
  items?: Schema;
  type?: string;
}

interface Crd {
  spec: { names: { kind: string; plural: string }; versions: { name: string; schema: { openAPIV3Schema: Schema } }[] };
}

const judged = new Set(rules.flatMap(({ resources }) => resources.map(({ resource }) => resource)));

/** Paths of the strings that name a namespace; `0`: an item of a list. */
function namespaceFields(schema: Schema | undefined, path: string[]): string[][] {
  const below = Object.entries(schema?.properties ?? {}).flatMap(([key, inner]) => {
    const here = inner.type === "string" && /namespace$/i.test(key) ? [[...path, key]] : [];
    return [...here, ...namespaceFields(inner, [...path, key])];
  });
  return schema?.items === undefined ? below : [...below, ...namespaceFields(schema.items, [...path, "0"])];
}

/** Against a good object of the kind in which this field names another tenant's namespace. */
function objectionsTo(kind: string, path: string[]): unknown[] {
  const good = goodOf(kind);
  const object = structuredClone(good.object);
  let at: Record<string, unknown> = object;
  for (const [index, key] of path.slice(0, -1).entries()) {
    at[key] ??= path[index + 1] === "0" ? [] : {};
    at = at[key] as Record<string, unknown>;
  }
  Object.assign(
    at,
    { [path.at(-1) ?? ""]: "tenant-b" },
    path.at(-1) === "namespace" ? { kind: at["kind"] ?? "GitRepository", name: "app" } : {},
  );
  const policy = testPolicy(good.policy);
  const judge = createJudge({ rules, facts: testFacts(), policy: () => policy, run: (_, check) => check() });
  return [...judge(goodRequest({ ...good, object })).against];
}
