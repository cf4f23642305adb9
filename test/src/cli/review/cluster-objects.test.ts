import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { judgeClusterObjects } from "../../../../src/cli/review/cluster-objects.ts";
import type { KubeClient } from "../../../../src/kube/client.ts";
import type { Policy } from "../../../../webhooks/policy.ts";
import { rules } from "../../../../webhooks/validating/index.ts";
import { testFacts, testPolicy } from "../../../helpers/admission.ts";
import { runLine } from "../../../helpers/cli.ts";
import { discoveryOf, KUSTOMIZE_API, RBAC_API, violating } from "../../../helpers/discovery.ts";
import { createFakeKube, kubeError } from "../../../helpers/kube-fake.ts";

function scene(policy: Partial<Policy> = {}) {
  const kube = createFakeKube();
  for (const object of [...violating("tenant-a", 3), ...violating("flux-system", 1)]) kube.put(object);
  const stop = new AbortController();
  const judge = () =>
    judgeClusterObjects({
      client: { ...kube.client, ...discoveryOf({ ...KUSTOMIZE_API, ...RBAC_API }) },
      rules,
      policy: testPolicy(policy),
      facts: testFacts(),
      signal: stop.signal,
    });
  return { kube, stop, judge };
}

describe("judgeClusterObjects", () => {
  it("has one verdict for each object of every page, fine or not", async () => {
    const { kube, judge } = scene();
    const verdicts = (await judge()).map(({ verdict }) => verdict);
    assert.deepEqual(
      verdicts.map(({ source, kind, namespace, name, outcome }) => [source, kind, `${namespace}/${name}`, outcome]),
      [
        ["cluster", "Kustomization", "tenant-a/wrong-0", "denied"],
        ["cluster", "Kustomization", "tenant-a/wrong-1", "denied"],
        ["cluster", "Kustomization", "tenant-a/wrong-2", "denied"],
        ["cluster", "Kustomization", "flux-system/wrong-0", "allowed"],
      ],
    );
    assert.deepEqual(
      verdicts[0]?.violations.map(({ rule }) => rule),
      ["K1", "K2", "K4"],
    );
    assert.deepEqual(kube.writes(), []);
  });

  it("shows what the policy only warns of as what would be denied", async () => {
    const [first] = await scene({ warnOnly: [{}] }).judge();
    assert.equal(first?.verdict.outcome, "allowed");
    assert.deepEqual(
      first?.verdict.warnings.map(({ rule, why }) => [rule, why]),
      [
        ["K1", "would-deny"],
        ["K2", "would-deny"],
        ["K4", "would-deny"],
      ],
    );
  });

  it("says which resource it could not read, and judges the others", async () => {
    const { kube, judge } = scene();
    kube.failNext("list RoleBinding", kubeError(403, "Forbidden"));
    const found = (await judge()).map(({ verdict }) => [verdict.kind, verdict.outcome]);
    assert.deepEqual(found.at(-1), ["RoleBinding", "unreadable"]);
    assert.equal(found.length, 5);
  });

  it("has no half answer to show when it is interrupted", async () => {
    const { stop, judge } = scene();
    stop.abort();
    await assert.rejects(judge(), { name: "AbortError" });
  });
});

describe("review --cluster-objects", () => {
  /** Runs the command against a cluster whose Namespaces are in it. */
  async function run(args: readonly string[] = [], policy = testPolicy()) {
    const { kube } = scene();
    const labels = { "landlord.dev/tenant": "tenant-a" };
    kube.put({ apiVersion: "v1", kind: "Namespace", metadata: { name: "tenant-a", labels } });
    kube.put({ apiVersion: "v1", kind: "Namespace", metadata: { name: "flux-system" } });
    const client = { ...kube.client, ...discoveryOf(KUSTOMIZE_API) };
    const deps = {
      policy: async () => ({ policy }),
      withCluster: <T>(use: (c: KubeClient) => Promise<T>) => use(client),
    };
    return await runLine(["review", "--cluster-objects", ...args], { deps });
  }

  it("prints what is denied, ends with 1, and with 0 where everything only warns", async () => {
    const { code, out } = await run();
    assert.equal(code, 1);
    assert.match(out, /^cluster Kustomization tenant-a\/wrong-0: DENIED\n {2}K1 spec\.serviceAccountName /);
    assert.match(out, /^4 .*: 1 allowed, 3 denied$/m);
    const audited = await run([], testPolicy({ warnOnly: [{}] }));
    assert.equal(audited.code, 0);
    assert.match(audited.out, /would have been denied \(warn-only\): K1 3, K2 3, K4 3/);
  });

  it("asks the cluster for its Namespaces also where the policy names the tenants", async () => {
    const { out } = await run([], testPolicy({ tenants: new Map([["tenant-a", "a"]]) }));
    assert.match(out, /3 denied/);
  });

  it("takes neither files nor other Namespaces besides", async () => {
    for (const args of [
      ["-f", "x.yaml"],
      ["--cluster", "x.yaml"],
    ]) {
      const { code, error } = await run(args);
      assert.equal(code, 2);
      assert.match(error, /--cluster-objects judges the cluster as it is/);
    }
  });
});
