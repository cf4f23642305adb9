import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { createPush } from "../../../src/generator/push.ts";
import { createMetrics } from "../../../src/metrics.ts";
import type { KubeObject } from "../../../src/model/kube-object.ts";
import { createTestClock } from "../../helpers/clock.ts";
import { createFakeKube, kubeError } from "../../helpers/kube-fake.ts";
import { createTestLog } from "../../helpers/log.ts";

const REFRESH = "argocd.argoproj.io/application-set-refresh";
const plugin = (name: string): object => ({ plugin: { configMapRef: { name } } });

interface ApplicationSet extends KubeObject {
  spec: { generators: object[] };
}

function applicationSet(name: string, generators: object[], namespace = "argocd"): ApplicationSet {
  const metadata = { name, namespace, annotations: { note: "kept" } };
  return { apiVersion: "argoproj.io/v1alpha1", kind: "ApplicationSet", metadata, spec: { generators } };
}

function setUp(t: TestContext) {
  const kube = createFakeKube();
  const clock = createTestClock();
  const { log, lines } = createTestLog();
  const metrics = createMetrics();
  const listeners: (() => void)[] = [];
  const push = createPush({
    client: kube.client,
    generator: { subscribe: (listener) => void listeners.push(() => listener({ id: "1", hash: "h" })) },
    pluginConfigMaps: ["tenants", "landlord-generator"],
    clock,
    log,
    metrics,
    debounceMs: 500,
    random: () => 1,
  });
  const controller = new AbortController();
  const run = push.run(controller.signal);
  const stop = async (): Promise<void> => {
    controller.abort();
    await run;
  };
  t.after(stop);
  const change = (): void => listeners.forEach((tell) => tell());
  const markOf = (name: string, namespace = "argocd"): string | undefined =>
    kube.get("ApplicationSet", { namespace, name })?.metadata.annotations?.[REFRESH];
  const patches = (): string[] => kube.writes().toSorted();
  return { kube, clock, lines, metrics, change, markOf, patches, stop };
}

test("tells every ApplicationSet that asks this plugin, wherever it is and however it is nested, and no other", async (t) => {
  const { kube, clock, change, patches, markOf } = setUp(t);
  kube.put(applicationSet("plain", [plugin("tenants")]));
  kube.put(applicationSet("nested", [{ matrix: { generators: [{ git: {} }, plugin("landlord-generator")] } }]));
  kube.put(applicationSet("elsewhere", [plugin("tenants")], "team-a"));
  kube.put(applicationSet("other", [plugin("other")]));
  kube.put(applicationSet("git", [{ git: {} }]));
  const going = applicationSet("going", [plugin("tenants")]);
  kube.put({ ...going, metadata: { ...going.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } });
  await clock.advance(60_000);
  assert.deepEqual(kube.calls, []); // nothing has changed
  change();
  await clock.advance(500);
  assert.deepEqual(patches(), [
    "patch ApplicationSet argocd/nested",
    "patch ApplicationSet argocd/plain",
    "patch ApplicationSet team-a/elsewhere",
  ]);
  assert.match(markOf("plain") ?? "", /^2026-01-01T00:01:00.500Z [0-9a-f-]{36}$/);
  assert.equal(
    kube.get("ApplicationSet", { namespace: "argocd", name: "plain" })?.metadata.annotations?.["note"],
    "kept",
  );
});

test("makes one push of many changes, and does not put it off while they go on", async (t) => {
  const { kube, clock, change, patches } = setUp(t);
  kube.put(applicationSet("a", [plugin("tenants")]));
  for (let time = 0; time < 10; time++) {
    change();
    await clock.advance(100);
  }
  assert.equal(patches().length, 2);
});

test("gives a new value each time: the same again would be no change", async (t) => {
  const { kube, clock, change, markOf } = setUp(t);
  kube.put(applicationSet("a", [plugin("tenants")]));
  const marks = new Set<string | undefined>();
  for (let time = 0; time < 3; time++) {
    change();
    await clock.advance(500);
    marks.add(markOf("a"));
  }
  assert.equal(marks.size, 3);
});

test("says once that a cluster has no ApplicationSets, and looks again at the next change", async (t) => {
  const { kube, clock, change, lines, patches } = setUp(t);
  const look = async (): Promise<void> => {
    change();
    await clock.advance(60_000);
  };
  for (let time = 0; time < 3; time++) {
    kube.failNext("list ApplicationSet", kubeError(404, "NotFound"));
    await look();
  }
  assert.deepEqual(
    lines.map(({ level, message }) => [level, message]),
    [["warn", "there are no ApplicationSets in this cluster; nobody is told of changes"]],
  );
  kube.put(applicationSet("a", [plugin("tenants")]));
  await look();
  assert.equal(patches().length, 1);
});

test("tries again what failed, and only that", async (t) => {
  const { kube, clock, change, patches, metrics } = setUp(t);
  kube.put(applicationSet("a", [plugin("tenants")]));
  kube.put(applicationSet("b", [plugin("tenants")]));
  kube.failNext("list ApplicationSet", kubeError(500, "InternalError"));
  kube.failNext("patch ApplicationSet argocd/a", kubeError(503, "ServiceUnavailable"));
  change();
  await clock.advance(500);
  assert.deepEqual(patches(), []);
  await clock.advance(5_000);
  assert.deepEqual(patches(), [
    "patch ApplicationSet argocd/a",
    "patch ApplicationSet argocd/a",
    "patch ApplicationSet argocd/b",
  ]);
  const { body } = await metrics.scrape();
  assert.match(body, /landlord_generator_pushes_total\{outcome="done"\} 2/);
  assert.match(body, /landlord_generator_pushes_total\{outcome="failed"\} 1/);
});

test("lets go of an ApplicationSet that is deleted meanwhile", async (t) => {
  const { kube, clock, change, patches, lines } = setUp(t);
  kube.put(applicationSet("a", [plugin("tenants")]));
  kube.failNext("patch ApplicationSet argocd/a", kubeError(404, "NotFound"));
  change();
  await clock.advance(60_000);
  assert.equal(patches().length, 1);
  assert.deepEqual(
    lines.filter(({ level }) => level !== "debug"),
    [],
  );
});

test("tells nobody after its end", async (t) => {
  const { kube, clock, change, stop } = setUp(t);
  kube.put(applicationSet("a", [plugin("tenants")]));
  change();
  await stop();
  change();
  await clock.advance(60_000);
  assert.deepEqual(kube.calls, []);
});
