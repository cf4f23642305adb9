// The policy in a ConfigMap, on a real API server: what is valid is in force for the next review, what is not is refused and told of.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { type RunningLandlord, startLandlord } from "../../sandbox/landlord.ts";
import type { KubeObject } from "../../src/model/kube-object.ts";
import { clusterOf } from "../helpers/cluster.ts";
import { eventually } from "../helpers/eventually.ts";
import { policyText } from "../helpers/policy.ts";
import { sandboxOrSkip, useSandbox } from "../helpers/sandbox.ts";

const OPTIONS = { crds: ["flux"] } as const;
const { skip } = await sandboxOrSkip(OPTIONS);

const NAME = "landlord-policy";
const CONFIG_MAPS = "/api/v1/namespaces/landlord/configmaps";
/** Nothing but what a controller needs: strict misses a ServiceAccount and a target, baseline the account alone. */
const BARE = { sourceRef: { kind: "GitRepository", name: "app" } };

describe("the policy in a ConfigMap", { skip }, () => {
  const world = useSandbox(OPTIONS);
  const cluster = clusterOf(() => world.sandbox);
  let landlord: RunningLandlord;

  const put = (spec: unknown): Promise<void> =>
    cluster.patch(`${CONFIG_MAPS}/${NAME}`, { data: { "policy.yaml": policyText(spec) } });
  const figure = async (name: string): Promise<number> => {
    const { text } = await landlord.get("/metrics");
    return Number(new RegExp(`^landlord_policy_${name} (\\S+)$`, "m").exec(text)?.[1]);
  };
  const readyz = async (): Promise<{ status: number; text: string }> => landlord.get("/readyz");
  /** What the API server says to a dry run by a tenant. */
  async function tried(spec: object = BARE, metadata: object = {}): Promise<string> {
    const manifest = JSON.stringify({
      apiVersion: "kustomize.toolkit.fluxcd.io/v1",
      kind: "Kustomization",
      metadata: { name: "app", namespace: "team-a", ...metadata },
      spec: { interval: "5m", prune: true, path: "./", ...spec },
    });
    const args = ["create", "--dry-run=server", "-f", "-", "-o", "json"];
    const { stdout, stderr } = await world.sandbox.kubectl(args, { input: manifest, user: "developer" });
    return stdout + stderr;
  }

  before(async () => {
    // before Landlord is there: until it has a policy it lets no namespace and no binding in
    await cluster.namespace("team-a");
    const grant = ["create", "clusterrolebinding", "writers", "--clusterrole=landlord-tenant", "--user=developer"];
    assert.equal((await world.sandbox.kubectl(grant)).code, 0);
    const settings = { LANDLORD_POLICY_CONFIG_MAP: NAME };
    landlord = await startLandlord(world.sandbox, { waitForReady: false, settings });
  });

  it("is waited for: not ready, and whoever asks all the same is denied", async () => {
    const { status, text } = await eventually("only the policy is missing", async () => {
      const answer = await readyz();
      return /"failed":\[\{"name":"policy"[^}]*\}\]/.test(answer.text) ? answer : undefined;
    });
    assert.equal(status, 503);
    assert.match(text, /ConfigMap landlord\/landlord-policy: no such ConfigMap/);
    assert.equal(await figure("valid"), 0);
    assert.match(
      await tried({ ...BARE, serviceAccountName: "team-a", targetNamespace: "team-a" }),
      /denied the request: .*has not read/,
    );
  });

  it("is in force once it is there", async () => {
    const data = { "policy.yaml": policyText({ profile: "strict" }) };
    await cluster.create(CONFIG_MAPS, { metadata: { name: NAME, namespace: "landlord" }, data });
    await eventually("it is ready", async () => (await readyz()).status === 200);
    assert.equal(await figure("valid"), 1);
    assert.match(await tried(), /K1 spec\.serviceAccountName.*K2 spec\.targetNamespace/);
  });

  it("takes effect on the next review after it has changed", async () => {
    const loaded = await figure("loaded_timestamp_seconds");
    await put({ warnOnly: [{ rules: ["K2"] }] });
    await eventually("it is read", async () => (await figure("loaded_timestamp_seconds")) > loaded);
    const said = await tried({ ...BARE, serviceAccountName: "team-a" });
    assert.match(said, /Warning: would be denied: K2 spec\.targetNamespace/);
    assert.match(said, /"kind": "Kustomization"/);
    assert.match(
      (await landlord.get("/metrics")).text,
      /^landlord_would_deny_total\{rule="K2",namespace="team-a"\} 1$/m,
    );
  });

  it("fills in what it says, and says so", async () => {
    const loaded = await figure("loaded_timestamp_seconds");
    await put({ defaulting: { serviceAccountName: true, targetNamespace: true } });
    await eventually("it is read", async () => (await figure("loaded_timestamp_seconds")) > loaded);
    const said = await tried();
    assert.match(said, /Warning: spec\.serviceAccountName filled in: "team-a"/);
    assert.match(said, /"serviceAccountName": "team-a"/);
    assert.match(said, /"targetNamespace": "team-a"/);
  });

  it("is refused with faults in it: the one before holds, and log, metric, Event and /readyz tell", async () => {
    const loaded = await figure("loaded_timestamp_seconds");
    await put({ profil: "baseline" });
    await eventually("it is refused", async () => (await figure("valid")) === 0);
    assert.equal(await figure("loaded_timestamp_seconds"), loaded);
    assert.match(await tried(), /"serviceAccountName": "team-a"/);
    const { status, text } = await readyz();
    assert.equal(status, 200);
    assert.match(
      text,
      /"notes":\[\{"name":"policy","note":"ConfigMap landlord\/landlord-policy was refused.*spec\.profil is unknown/,
    );
    const refused = (await landlord.log()).filter(({ message }) => message === "policy refused");
    assert.match(JSON.stringify(refused.at(-1)), /spec\.profil is unknown: did you mean profile\?/);
    const uid = (await cluster.get(`${CONFIG_MAPS}/${NAME}`))?.metadata.uid;
    const event = await eventually("there is an Event", async () => {
      const all = await cluster.list<KubeObject & Told>("/api/v1/namespaces/landlord/events");
      return all.find(({ reason, message }) => reason === "PolicyRefused" && message.includes("spec.profil "));
    });
    assert.deepEqual([event.type, event.involvedObject.kind, event.involvedObject.uid], ["Warning", "ConfigMap", uid]);
  });

  it("is mended by a valid version", async () => {
    await put({ profile: "baseline", defaultServiceAccount: "default" });
    await eventually("it is valid", async () => (await figure("valid")) === 1);
    assert.deepEqual(await readyz(), { status: 200, text: '{"message":"ok"}' });
    assert.match(await tried(), /"kind": "Kustomization"/);
  });

  it("stays in force when the ConfigMap is deleted", async () => {
    await cluster.remove(`${CONFIG_MAPS}/${NAME}`);
    await eventually("it is told", async () => (await figure("valid")) === 0);
    assert.match((await readyz()).text, /"message":"ok".*no such ConfigMap/);
    assert.match(await tried(), /"kind": "Kustomization"/);
  });
});

interface Told {
  type: string;
  reason: string;
  message: string;
  involvedObject: { kind: string; uid?: string };
}
