import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CommandDeps } from "../../../../src/cli/command.ts";
import { UsageError } from "../../../../src/cli/command.ts";
import { readFacts, readOld, readPolicy } from "../../../../src/cli/review/inputs.ts";
import { keyOf } from "../../../../src/cli/review/object-key.ts";
import type { KubeClient } from "../../../../src/kube/client.ts";
import { kustomization, testPolicy } from "../../../helpers/admission.ts";
import { desk } from "../../../helpers/review.ts";

const policy = testPolicy();
const { signal } = new AbortController();
const noCluster: CommandDeps["withCluster"] = () => Promise.reject(new Error("connection refused"));

/** A cluster with one tenant and one wide role; keeps which kinds were listed. */
function cluster() {
  const listed: string[] = [];
  const client = {
    async *list({ kind }: { kind: string }) {
      listed.push(kind);
      const metadata = { name: kind === "Namespace" ? "team-a" : "wide", labels: { "landlord.dev/tenant": "a" } };
      const apiVersion = kind === "Namespace" ? "v1" : "rbac.authorization.k8s.io/v1";
      yield { items: [{ apiVersion, kind, metadata, rules: [{ verbs: ["bind"] }] }], resourceVersion: "1" };
    },
  };
  const withCluster: CommandDeps["withCluster"] = (use) => use(client as unknown as KubeClient);
  return { listed, withCluster };
}

describe("readFacts", () => {
  it("reads a file, and asks no cluster then", async (t) => {
    const { path } = await desk(t, {});
    const facts = await readFacts(path("facts.yaml"), policy, { withCluster: noCluster, signal });
    assert.equal(facts.namespace("team-a")?.tenant, "a");
    assert.equal(facts.namespace("team-b"), undefined);
  });

  it("asks nobody where the policy says whose the namespaces are", async () => {
    const facts = await readFacts("", testPolicy({ tenants: new Map() }), { withCluster: noCluster, signal });
    assert.ok(facts.synced());
  });

  it("asks the cluster for Namespaces and ClusterRoles", async () => {
    const { listed, withCluster } = cluster();
    const facts = await readFacts("", policy, { withCluster, signal });
    assert.deepEqual(listed.toSorted(), ["ClusterRole", "Namespace"]);
    assert.equal(facts.namespace("team-a")?.tenant, "a");
    assert.equal(facts.isWideRole("wide"), true);
  });

  it("says what would do where no cluster answers", async () => {
    await assert.rejects(readFacts("", policy, { withCluster: noCluster, signal }), (error: unknown) => {
      assert.ok(error instanceof UsageError);
      for (const part of ["--cluster", "spec.tenants", "connection refused"])
        assert.ok(error.message.includes(part), part);
      return true;
    });
  });

  it("uses no file of which it cannot read everything", async (t) => {
    const { path } = await desk(t, { "broken.yaml": "a: 1\n---\na: [\n" });
    for (const file of [path("broken.yaml"), path("none.yaml"), "-"]) {
      await assert.rejects(readFacts(file, policy, { withCluster: noCluster, signal }), UsageError);
    }
  });
});

describe("readOld", () => {
  it("finds objects by what they are", async (t) => {
    const { path } = await desk(t, {
      "old/a.json": JSON.stringify(kustomization()),
      "old/b.json": JSON.stringify({ kind: "X" }),
    });
    const old = await readOld(path("old"), "");
    assert.deepEqual(old.get(keyOf(kustomization(), "default")), kustomization());
    assert.equal((await readOld("", "")).size, 0);
  });
});

describe("readPolicy", () => {
  it("hands the text over, and gives what became of it", async (t) => {
    const { path } = await desk(t, { "p.yaml": "text" });
    const asked: (string | undefined)[] = [];
    const deps: Pick<CommandDeps, "policy"> = {
      policy: async (text) => {
        asked.push(text);
        return { policy };
      },
    };
    assert.equal(await readPolicy(path("p.yaml"), deps), policy);
    assert.equal(await readPolicy("", deps), policy);
    assert.deepEqual(asked, ["text", undefined]);
    await assert.rejects(readPolicy(path("none.yaml"), deps), /read --policy .*none\.yaml: no such file/);
  });

  it("tells every fault with its place", async (t) => {
    const { path } = await desk(t, { "p.yaml": "" });
    const fault = { line: 3, column: 5, path: "spec.profile", found: '"x"', allowed: "must be strict" };
    const faults = (count: number) => ({
      policy: async () => ({ faults: Array.from({ length: count }, () => fault) }),
    });
    const told = `${path("p.yaml")}:3:5: spec.profile is "x": must be strict`;
    await assert.rejects(readPolicy(path("p.yaml"), faults(1)), { message: told });
    await assert.rejects(readPolicy(path("p.yaml"), faults(2)), {
      message: `the policy has 2 faults:\n${told}\n${told}`,
    });
  });
});
