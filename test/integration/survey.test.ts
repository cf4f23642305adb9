// What was in the cluster before Landlord: judged, counted, told by Events, and left alone. Real API server, Flux's own CRDs.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { type RunningLandlord, runLandlord, startLandlord } from "../../sandbox/landlord.ts";
import type { EventObject } from "../../src/kube/event-object.ts";
import type { KubeObject } from "../../src/model/kube-object.ts";
import { clusterOf } from "../helpers/cluster.ts";
import { violating } from "../helpers/discovery.ts";
import { eventually } from "../helpers/eventually.ts";
import { sandboxOrSkip, useSandbox } from "../helpers/sandbox.ts";

const OPTIONS = { crds: ["flux"] } as const;
const { skip } = await sandboxOrSkip(OPTIONS);

const GROUP = "/apis/kustomize.toolkit.fluxcd.io/v1";
const MANY = 1_200;
const SIDE_BY_SIDE = 20;

const own = (namespace: string): object => ({
  interval: "5m",
  prune: true,
  path: "./",
  serviceAccountName: namespace,
  targetNamespace: namespace,
  sourceRef: { kind: "GitRepository", name: "app" },
});

describe("survey", { skip }, () => {
  const world = useSandbox(OPTIONS);
  const cluster = clusterOf(() => world.sandbox);
  let landlord: RunningLandlord;
  let policyFile: string;
  let untouched: Map<string, string>;

  const create = (namespace: string, name: string, spec: object) =>
    cluster.create(`${GROUP}/namespaces/${namespace}/kustomizations`, {
      apiVersion: "kustomize.toolkit.fluxcd.io/v1",
      kind: "Kustomization",
      metadata: { name, namespace },
      spec,
    });
  /** Of all Kustomizations, resourceVersions by name: what shows whether anybody wrote to one. */
  const versions = async (): Promise<Map<string, string>> => {
    const items = await cluster.list<KubeObject>(`${GROUP}/kustomizations`);
    return new Map(
      items.map(({ metadata }) => [`${metadata.namespace}/${metadata.name}`, metadata.resourceVersion ?? ""]),
    );
  };
  const eventsIn = async (namespace: string): Promise<EventObject[]> => {
    const events = await cluster.list<EventObject>(`/api/v1/namespaces/${namespace}/events`);
    return events.filter(({ reason }) => reason === "ConfinementViolation");
  };
  /** Of the survey's metrics, those that match. */
  const shown = async (pattern: RegExp): Promise<string[]> => {
    const { text } = await landlord.get("/metrics");
    return text.split("\n").filter((line) => line.startsWith("landlord_survey_") && pattern.test(line));
  };
  const shows = async (pattern: RegExp): Promise<boolean> => (await shown(pattern)).length > 0;
  const walks = async (): Promise<Record<string, unknown>[]> =>
    (await landlord.log()).filter(({ message }) => message === "survey done");
  const writePolicy = (spec: object): Promise<void> =>
    writeFile(
      policyFile,
      JSON.stringify({ apiVersion: "landlord.dev/v1alpha1", kind: "ConfinementPolicy", metadata: { name: "p" }, spec }),
    );

  before(async () => {
    policyFile = join(world.sandbox.directory, "policy.yaml");
    await writePolicy({});
    await cluster.namespace("team-a");
    await cluster.namespace("team-b");
    for (const { metadata, ...rest } of violating("team-a", 3)) {
      const { spec } = rest as unknown as { spec: object };
      await create("team-a", metadata.name, { interval: "5m", path: "./", ...spec });
    }
    await create("team-b", "good", own("team-b"));
    untouched = await versions();
    landlord = await startLandlord(world.sandbox, { settings: { LANDLORD_POLICY_FILE: policyFile } });
  });

  it("counts and tells of what was there before Landlord, within seconds of its start", async () => {
    await eventually("it is counted", () => shows(/_violations\{rule="K4",namespace="team-a",action="deny"\} 3$/));
    assert.ok(await shows(/_violations\{rule="K1",namespace="team-a",action="deny"\} 3$/));
    assert.deepEqual(await shown(/_violations\{.*namespace="team-b"/), []);
    assert.ok(await shows(/_objects\{resource="kustomizations"\} 4$/));
    assert.ok(await shows(/_last_success_timestamp_seconds [1-9]/));
    const events = await eventually("it is told", async () => {
      const found = await eventsIn("team-a");
      return found.length === 3 && found;
    });
    const [{ involvedObject, message, type } = assert.fail()] = events;
    assert.deepEqual([involvedObject["kind"], type], ["Kustomization", "Warning"]);
    assert.match(message, /^would be denied if it were created now: K1 spec\.serviceAccountName .* K4 spec\.sourceRef/);
    assert.deepEqual(await eventsIn("team-b"), []);
  });

  it("reads only what it may, and what is not served it leaves out", async () => {
    assert.deepEqual(await shown(/_errors_total\{/), []);
    assert.deepEqual(await shown(/_objects\{resource="applications"\}/), []);
    assert.ok(await shows(/_objects\{resource="rolebindings"\} [1-9]/));
  });

  it("has no warning for the bindings that every cluster is born with", async () => {
    assert.deepEqual(await shown(/_violations\{rule="M2",namespace=""/), []);
  });

  it("deletes and changes nothing", async () => {
    assert.deepEqual(await versions(), untouched);
  });

  it("judges anew when the policy changes: what only warns now would be denied, what is shared is fine", async () => {
    await writePolicy({
      sharedSources: [{ kind: "GitRepository", namespace: "flux-system", name: "default" }],
      warnOnly: [{ namespaces: ["team-a"] }],
    });
    await eventually("it is judged anew", () =>
      shows(/_violations\{rule="K1",namespace="team-a",action="would-deny"\} 3$/),
    );
    assert.deepEqual(await shown(/_violations\{.*(rule="K4"|action="deny")/), []);
    await writePolicy({});
    await eventually("it is judged as before", () =>
      shows(/_violations\{rule="K4",namespace="team-a",action="deny"\} 3$/),
    );
  });

  it("tells the same to whoever asks with the command line", async () => {
    const settings = { KUBECONFIG: world.sandbox.kubeconfig(), LANDLORD_POLICY_FILE: policyFile };
    const { code, stdout, stderr } = await runLandlord(["review", "--cluster-objects"], settings);
    assert.equal(code, 1, stderr);
    assert.match(stdout, /^cluster Kustomization team-a\/wrong-0: DENIED\n {2}K1 /);
    assert.match(stdout, /, 3 denied$/m);
    assert.doesNotMatch(stdout, /team-b/);
  });

  it("walks many pages while reviews go on, and tells of so many at a time", async () => {
    await landlord.stop();
    await cluster.remove("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/landlord");
    const spec = { interval: "5m", prune: true, path: "./", sourceRef: { kind: "GitRepository", name: "app" } };
    for (let from = 0; from < MANY; from += SIDE_BY_SIDE) {
      const names = Array.from({ length: SIDE_BY_SIDE }, (_, index) => `many-${from + index}`);
      await Promise.all(names.map((name) => create("team-b", name, spec)));
    }
    landlord = await startLandlord(world.sandbox, {
      settings: { LANDLORD_POLICY_FILE: policyFile },
      ports: landlord.ports,
    });
    let reviews = 0;
    const count = new RegExp(
      `^landlord_survey_violations\\{rule="K2",namespace="team-b",action="deny"\\} ${MANY}$`,
      "m",
    );
    await eventually(
      "all are counted",
      async () => {
        await create("team-b", `meanwhile-${reviews++}`, own("team-b"));
        return shows(count);
      },
      40_000,
    );
    assert.ok(reviews > 1);
    const line = (await walks()).find(({ objects }) => Number(objects) > MANY);
    assert.ok(Number(line?.["eventsHeldBack"]) >= MANY - 200, JSON.stringify(line));
    await eventually("some are told", async () => (await eventsIn("team-b")).length > 190);
    assert.ok((await eventsIn("team-b")).length <= 200);
  });
});
