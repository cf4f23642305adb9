// The second wall with Landlord away: the API server alone gives the verdicts that the webhook's rules would give.
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import * as fc from "fast-check";
import { parse } from "yaml";
import { PROFILES } from "../../webhooks/policy.ts";
import { wallRuleIds } from "../../webhooks/second-wall/index.ts";
import { lockdownFlags } from "../../webhooks/second-wall/lockdown.ts";
import {
  APPLICATIONS,
  ARTIFACT_GENERATORS,
  FLUX_INSTANCES,
  KUSTOMIZATIONS,
  RESOURCE_SETS,
} from "../../webhooks/validating/resource.ts";
import { testPolicy } from "../helpers/admission.ts";
import { runLine } from "../helpers/cli.ts";
import { clusterOf } from "../helpers/cluster.ts";
import { serveOpenKind, serveOpenVersion } from "../helpers/open-kinds.ts";
import { sandboxOrSkip, useSandbox } from "../helpers/sandbox.ts";
import { type RaisedWall, raiseWall } from "../helpers/second-wall.ts";
import { anyKustomizationSpec } from "../helpers/wall-arbitrary.ts";
import { requestOf, type WallCase } from "../helpers/wall-cases.ts";
import { SUITES } from "../helpers/wall-suites.ts";

const OPTIONS = { crds: ["flux", "argocd"], controllerManager: false } as const;
const { skip } = await sandboxOrSkip(OPTIONS);

describe("second wall", { skip }, () => {
  const world = useSandbox(OPTIONS);
  const cluster = clusterOf(() => world.sandbox);

  before(async () => {
    const { sandbox } = world;
    const namespaces: Record<string, Record<string, string>> = {
      "tenant-a": { "landlord.dev/tenant": "a" },
      "tenant-a-too": { "landlord.dev/tenant": "a", "landlord.dev/tier": "trial" },
      "tenant-b": { "toolkit.fluxcd.io/tenant": "b" },
      plain: {},
      "flux-system": {},
      argocd: {},
    };
    for (const [name, labels] of Object.entries(namespaces)) await cluster.namespace(name, labels);
    // the wall alone decides: RBAC lets everybody do everything
    const everything = ["--clusterrole=cluster-admin", "--group=system:authenticated"];
    const { code, stderr } = await sandbox.kubectl(["create", "clusterrolebinding", "everything", ...everything]);
    assert.equal(code, 0, stderr);
    for (const kind of [ARTIFACT_GENERATORS, FLUX_INSTANCES, RESOURCE_SETS]) {
      const isServed = await sandbox.api.has(`/apis/${kind.group}/${kind.version}/${kind.resource}?limit=1`);
      if (!isServed) await serveOpenKind(sandbox, kind);
    }
    await serveOpenVersion(sandbox, KUSTOMIZATIONS, "v1beta2");
    await serveOpenVersion(sandbox, APPLICATIONS, "v1beta2");
  });

  for (const { title, policy, cases } of SUITES) {
    describe(title, () => {
      let wall: RaisedWall;
      before(async () => {
        wall = await raiseWall(world.sandbox, testPolicy(policy));
      });

      for (const one of cases) {
        it(`${one.denied === undefined ? "allows" : `denies (${one.denied.join(", ")})`} ${one.title}`, async () => {
          const request = requestOf(one);
          const [said, meant] = [await wall.ask(request), await wall.judge(request)];
          assert.deepEqual(said, meant);
          assert.deepEqual(said.ids, one.denied ?? []);
        });
      }
    });
  }

  for (const profile of PROFILES) {
    it(`gives the verdict of the webhook's rules on anything (${profile})`, async () => {
      const wall = await raiseWall(world.sandbox, testPolicy({ profile }));
      const sameVerdict = fc.asyncProperty(anyKustomizationSpec, async (spec) => {
        const change = { "/spec": spec };
        const request = requestOf({ title: "any", base: "Kustomization", version: "v1beta2", change });
        const [said, meant] = [await wall.ask(request), await wall.judge(request)];
        assert.equal(said.allowed, meant.allowed, `${said.message}\n${meant.message}`);
        // an expression that fails, as on a text where a map has to be, denies and takes the message with it
        const tellsAll = !/and \d+ more$|resulted in error|is violated$/.test(said.message);
        if (tellsAll) assert.deepEqual(said.ids, meant.ids);
      });
      await fc.assert(sameVerdict, { numRuns: 150 });
    });
  }

  it("locks the controllers down with patches that kustomize takes", async () => {
    const directory = join(world.sandbox.directory, "lockdown");
    await mkdir(directory);
    const deps = { policy: async () => ({ policy: testPolicy() }) };
    const { out: patches } = await runLine(["export", "lockdown", "-o", "kustomize"], { deps });
    const container = { name: "manager", args: ["--watch-all-namespaces"] };
    const spec = { template: { spec: { containers: [container] } } };
    const deployment = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "helm-controller" }, spec };
    await writeFile(join(directory, "deployment.yaml"), JSON.stringify(deployment));
    await writeFile(join(directory, "kustomization.yaml"), `resources: [deployment.yaml]\n${patches}`);
    const { code, stdout, stderr } = await world.sandbox.kubectl(["kustomize", directory]);
    assert.equal(code, 0, stderr);
    const { args } = (parse(stdout) as typeof deployment).spec.template.spec.containers[0] ?? { args: [] };
    assert.deepEqual(args, ["--watch-all-namespaces", ...lockdownFlags("helm-controller")]);
  });

  it("has a case that is allowed and one that is denied for every rule of the wall", () => {
    const all: WallCase[] = SUITES.flatMap(({ cases }) => cases);
    const denied = new Set(all.flatMap((one) => one.denied ?? []));
    assert.deepEqual(
      wallRuleIds({ policy: testPolicy() }).filter((id) => !denied.has(id)),
      [],
    );
    const kinds = new Set(all.filter((one) => one.denied === undefined).map(({ base }) => base));
    const never = ["FluxInstance", "ResourceSet"];
    assert.deepEqual(
      [...new Set(all.map(({ base }) => base))].filter((kind) => !kinds.has(kind) && !never.includes(kind)),
      [],
    );
  });
});
