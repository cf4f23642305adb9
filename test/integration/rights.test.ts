// The rights that only rare days need, used: names that are taken, certificates that are spoiled, every kind that rules are about,
// ApplicationSets to be told. And what Landlord's token is not good for.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { type RunningLandlord, startLandlord } from "../../sandbox/landlord.ts";
import type { KubeObject, Secret } from "../../src/model/kube-object.ts";
import { resourcesAtRest } from "../../src/survey/rules-at-rest.ts";
import { rules } from "../../webhooks/validating/index.ts";
import { type Cluster, clusterOf, decoded } from "../helpers/cluster.ts";
import { eventually } from "../helpers/eventually.ts";
import { sandboxOrSkip, useSandbox } from "../helpers/sandbox.ts";
import { standIn } from "../helpers/stand-in.ts";

const { skip } = await sandboxOrSkip();

const CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const TENANTS = "tenants.yaml";
const SETS = "/apis/argoproj.io/v1alpha1/namespaces/argocd/applicationsets";
const judged = resourcesAtRest(rules);

interface Taken {
  step: string;
  api: string;
  plural: string;
  object: { metadata: { name: string }; [field: string]: unknown };
}
const ROLE = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" };
const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const BINDING = { metadata: { name: "tn-acme-reconciler" }, roleRef: ROLE };
const BINDINGS: Taken = { step: "role-binding", api: RBAC, plural: "rolebindings", object: BINDING };
const SECRETS: Taken = {
  step: "token-secret",
  api: "/api/v1",
  plural: "secrets",
  object: { metadata: { name: "tn-acme-token" } },
};
const CONFIG_MAPS: Taken = {
  step: "variables",
  api: "/api/v1",
  plural: "configmaps",
  object: { metadata: { name: "tenant-vars" } },
};

/** What holds with and without the generator. */
function rareDays(cluster: Cluster, landlord: () => RunningLandlord, taken: readonly Taken[]): void {
  it("judge every kind of the rules that the cluster serves", async () => {
    const shown = async (pattern: RegExp) => pattern.test((await landlord().get("/metrics")).text);
    for (const { resource } of judged) {
      await eventually(`${resource} were walked`, () =>
        shown(new RegExp(`_survey_objects\\{resource="${resource}"\\} `)),
      );
    }
    assert.ok(!(await shown(/_survey_errors_total\{/)));
  });

  it("tell a foreign object from one of theirs, of every kind that tenants are given", async () => {
    await cluster.namespace("tn-acme", {});
    for (const { api, plural, object } of taken) await cluster.create(`${api}/namespaces/tn-acme/${plural}`, object);
    await cluster.patch("/api/v1/namespaces/tn-acme", { metadata: { labels: { "landlord.dev/tenant": "acme" } } });
    for (const { step, api, plural, object } of taken) {
      await cluster.reason("tn-acme", `landlord.dev/${step}`, "Conflict");
      await cluster.remove(`${api}/namespaces/tn-acme/${plural}/${object.metadata.name}`);
      await cluster.patch("/api/v1/namespaces/tn-acme", { metadata: { annotations: { look: step } } });
    }
    await cluster.ready("tn-acme");
  });

  it("mend what others change, of every kind that tenants are given", async () => {
    const given = [{ api: "/api/v1", plural: "serviceaccounts", object: { metadata: { name: "tn-acme" } } }, ...taken];
    for (const { api, plural, object } of given) {
      const path = `${api}/namespaces/tn-acme/${plural}/${object.metadata.name}`;
      const tenant = async () => (await cluster.get<KubeObject>(path))?.metadata.labels?.["landlord.dev/tenant"];
      assert.equal(await tenant(), "acme");
      await cluster.patch(path, { metadata: { labels: { "landlord.dev/tenant": "mallory" } } });
      await eventually(`${plural} are mended`, async () => ((await tenant()) === "acme" ? true : undefined));
    }
  });
}

/** Spoils a certificate, and waits until there is another. */
function spoiled(cluster: Cluster, name: string): void {
  const path = `/api/v1/namespaces/landlord/secrets/${name}`;
  it(`make ${name} anew when it is spoiled`, async () => {
    const made = await eventually("it is there", () => cluster.get<Secret>(path));
    await cluster.patch(path, { data: { "tls.crt": Buffer.from("spoiled").toString("base64") } });
    await eventually("it is good again", async () => {
      const certificate = decoded((await cluster.get<Secret>(path))?.data?.["tls.crt"]);
      return certificate.startsWith("-----BEGIN") && certificate !== decoded(made.data?.["tls.crt"]);
    });
  });
}

async function serveAll(cluster: Cluster): Promise<void> {
  const custom = judged.filter(({ group }) => !group.endsWith(".k8s.io"));
  for (const { group, resource } of custom) {
    await cluster.create(CRDS, standIn({ group, resource, ...(group === "argoproj.io" && { version: "v1alpha1" }) }));
  }
}

describe("rights for rare days", { skip }, () => {
  const world = useSandbox();
  const cluster = clusterOf(() => world.sandbox);
  let landlord: RunningLandlord;

  before(async () => {
    await serveAll(cluster);
    landlord = await startLandlord(world.sandbox);
  });
  rareDays(cluster, () => landlord, [BINDINGS, SECRETS]);
  spoiled(cluster, "landlord-webhook-certificate");

  const may = async (...args: string[]): Promise<string> => {
    const as = ["--as", "system:serviceaccount:landlord:landlord"];
    return (await world.sandbox.kubectl(["auth", "can-i", ...args, ...as])).stdout.trim();
  };

  it("are what docs/security.md says of a stolen token", async () => {
    for (const args of [
      ["get", "secrets", "-n", "kube-system"],
      ["create", "serviceaccounts", "--subresource=token", "-n", "kube-system"],
      ["create", "rolebindings", "-n", "kube-system"],
      ["bind", "clusterroles.rbac.authorization.k8s.io/landlord-tenant"],
      ["patch", "validatingwebhookconfigurations.admissionregistration.k8s.io/landlord"],
    ]) {
      assert.equal(await may(...args), "yes", args.join(" "));
    }
    for (const args of [
      ["bind", "clusterroles.rbac.authorization.k8s.io/cluster-admin"],
      ["escalate", "clusterroles.rbac.authorization.k8s.io"],
      ["create", "clusterrolebindings"],
      ["impersonate", "users"],
      ["create", "pods", "-n", "landlord"],
      ["create", "pods", "--subresource=exec", "-n", "kube-system"],
      ["create", "namespaces"],
      ["delete", "namespaces"],
      ["update", "kustomizations.kustomize.toolkit.fluxcd.io", "-A"],
      ["patch", "validatingwebhookconfigurations.admissionregistration.k8s.io/others"],
      ["delete", "validatingwebhookconfigurations.admissionregistration.k8s.io/landlord"],
      ["update", "configmaps/landlord-policy", "-n", "landlord"],
    ]) {
      assert.equal(await may(...args), "no", args.join(" "));
    }
  });
});

describe("rights of the generator for rare days", { skip }, () => {
  const world = useSandbox();
  const cluster = clusterOf(() => world.sandbox);
  let landlord: RunningLandlord;

  const register = (...ids: string[]): Promise<void> => {
    const rest = {
      enabled: true,
      targetCluster: "in-cluster",
      repoUrl: "https://git.example.com/a.git",
      repoPath: ".",
    };
    const tenants = ids.map((tenantId) => ({ tenantId, namespace: `tn-${tenantId}`, ...rest }));
    return writeFile(join(world.sandbox.directory, TENANTS), JSON.stringify({ tenants }));
  };

  before(async () => {
    await cluster.namespace("argocd", {});
    await serveAll(cluster);
    await eventually("sets are served", async () => (await world.sandbox.api.call({ path: SETS })).status === 200);
    const generators = [{ plugin: { configMapRef: { name: "landlord-generator-plugin" } } }];
    const set = { apiVersion: "argoproj.io/v1alpha1", kind: "Applicationsets", metadata: { name: "tenants" } };
    await cluster.create(SETS, { ...set, spec: { generators } });
    await register("acme");
    landlord = await startLandlord(world.sandbox, {
      generator: { token: "token" },
      settings: {
        LANDLORD_TENANT_STORE: "file",
        LANDLORD_TENANTS_FILE: join(world.sandbox.directory, TENANTS),
        GENERATOR_REFRESH_INTERVAL: "250ms",
        GENERATOR_TLS: "true",
        GENERATOR_PUSH: "true",
      },
    });
  });
  rareDays(cluster, () => landlord, [BINDINGS, CONFIG_MAPS, SECRETS]);
  spoiled(cluster, "landlord-webhook-certificate");
  spoiled(cluster, "landlord-generator-certificate");

  it("tell ApplicationSets that tenants have changed", async () => {
    await register("acme", "beta");
    await eventually("the set is told", async () => {
      const found = await cluster.get<KubeObject>(`${SETS}/tenants`);
      return found?.metadata.annotations?.["argocd.argoproj.io/application-set-refresh"];
    });
  });
});
