// What manifests/ promises, read from the files: no cluster is needed to see that an admission webhook can block nothing that it must not.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { describe, it } from "node:test";
import { parseAllDocuments } from "yaml";
import { loadConfig } from "../src/config.ts";
import { resourcesAtRest } from "../src/survey/rules-at-rest.ts";
import { rules } from "../webhooks/validating/index.ts";
import { createTargets } from "../webhooks/validating/targets.ts";

interface Webhook {
  name: string;
  failurePolicy: string;
  sideEffects: string;
  timeoutSeconds: number;
  rules: { apiGroups: string[]; apiVersions: string[]; resources: string[]; operations: string[] }[];
  matchConditions?: { name: string; expression: string }[];
  namespaceSelector?: { matchExpressions: { key: string; operator: string; values?: string[] }[] };
}

interface Rights {
  apiGroups: string[];
  resources: string[];
  resourceNames?: string[];
  verbs: string[];
}

interface Manifest {
  kind: string;
  metadata: { name: string };
  resources?: string[];
  patches?: { path: string }[];
  webhooks?: Webhook[];
  rules?: Rights[];
}

/** What nobody applies with the rest: something to copy. */
const EXAMPLES = ["example-application-set.yaml"];

const files = globSync("manifests/{base,generator}/*.yaml").map((path) => ({
  folder: basename(dirname(path)),
  name: basename(path),
  documents: parseAllDocuments(readFileSync(path, "utf8")).map((document) => document.toJS() as Manifest),
}));
const all = files.flatMap(({ documents }) => documents);
const webhooks = all.flatMap((manifest) => manifest.webhooks ?? []);
/** All but the role that tenants are given. */
const ownRights = all.filter(
  ({ metadata, rules: rights }) => metadata?.name !== "landlord-tenant" && rights !== undefined,
);
const config = loadConfig({});
const validating = all
  .filter(({ kind }) => kind === "ValidatingWebhookConfiguration")
  .flatMap((manifest) => manifest.webhooks ?? []);
/** Validating webhooks that fail closed; all others only mutate, or only warn. */
const WALLS = [
  "flux.landlord.dev",
  "flux-status.landlord.dev",
  "argocd.landlord.dev",
  "argocd-status.landlord.dev",
  "namespaces.landlord.dev",
];

describe("manifests", () => {
  for (const folder of ["base", "generator"]) {
    it(`of ${folder} are all applied by its kustomization`, () => {
      const here = files.filter((file) => file.folder === folder);
      const [kustomization] = here.find(({ name }) => name === "kustomization.yaml")?.documents ?? [];
      const patches = (kustomization?.patches ?? []).map(({ path }) => path);
      const listed = [...(kustomization?.resources ?? []), ...patches, ...EXAMPLES, "../base", "kustomization.yaml"];
      for (const { name } of here) assert.ok(listed.includes(name), name);
    });
  }

  for (const webhook of webhooks) {
    const { name } = webhook;
    it(`let ${name} be away, slow or asked for a dry run without harm`, () => {
      assert.ok(webhook.timeoutSeconds <= 5);
      assert.equal(webhook.sideEffects, "None");
      const cut = webhook.namespaceSelector?.matchExpressions.find(({ operator }) => operator === "NotIn");
      assert.ok(cut === undefined || cut.key === "kubernetes.io/metadata.name");
      // what fails closed and is not cut for Landlord's own namespace has a condition that lets Landlord's own writes through
      const cuts = ["kube-system", config.namespace].every((namespace) => cut?.values?.includes(namespace));
      const passesItself = webhook.matchConditions?.some(({ expression }) => expression.includes(config.ownUser));
      assert.ok(cuts || passesItself);
      for (const { operations } of webhook.rules) {
        assert.ok(operations.every((operation) => operation === "CREATE" || operation === "UPDATE"));
      }
      assert.equal(webhook.failurePolicy, WALLS.includes(name) && validating.includes(webhook) ? "Fail" : "Ignore");
    });
  }

  it("send every resource and subresource that a rule is about, in every version", () => {
    for (const rule of rules) {
      for (const { group, resource } of rule.resources) {
        for (const subResource of rule.subResources ?? [""]) {
          const name = subResource === "" ? resource : `${resource}/${subResource}`;
          const sent = validating.some((webhook) =>
            webhook.rules.some(
              ({ apiGroups, apiVersions, resources }) =>
                apiGroups.includes(group) && resources.includes(name) && apiVersions.includes("*"),
            ),
          );
          assert.ok(sent, `${rule.id} ${group}/${name}`);
        }
      }
    }
  });

  it("send nothing that no rule is about: it would be denied", () => {
    const targetOf = createTargets(rules);
    for (const { apiGroups, resources } of validating.flatMap((webhook) => webhook.rules)) {
      for (const name of resources) {
        const [resource = "", subResource = ""] = name.split("/");
        const about = { resource: { group: apiGroups[0] ?? "", version: "v1", resource }, subResource };
        assert.ok(targetOf(about), `${apiGroups.join()}/${name}`);
      }
    }
  });

  it("let Landlord list what it judges in the cluster, and with list alone nothing else", () => {
    const rights =
      all.find(({ kind, metadata }) => kind === "ClusterRole" && metadata.name === "landlord")?.rules ?? [];
    const named = ({ apiGroups, resources }: Rights): string[] =>
      apiGroups.flatMap((group) => resources.map((resource) => `${group}/${resource}`));
    const judged = resourcesAtRest(rules).map(({ group, resource }) => `${group}/${resource}`);
    const listed = rights.filter(({ verbs }) => verbs.includes("list")).flatMap(named);
    const only = rights.filter(({ verbs }) => verbs.join() === "list").flatMap(named);
    assert.deepEqual(
      judged.filter((name) => !listed.includes(name)),
      [],
    );
    assert.deepEqual(
      only.filter((name) => !judged.includes(name)),
      [],
    );
    assert.equal(new Set(only).size, only.length);
  });

  it("give Landlord no wildcard, no way to raise its own rights, and bind on the listed roles only", () => {
    assert.deepEqual(ownRights.map(({ kind, metadata: { name } }) => `${kind} ${name}`).toSorted(), [
      "ClusterRole landlord",
      "ClusterRole landlord-push",
      "Role landlord",
      "Role landlord-generator",
    ]);
    for (const { apiGroups, resources, resourceNames, verbs } of ownRights.flatMap(
      ({ rules: rights }) => rights ?? [],
    )) {
      for (const word of [...apiGroups, ...resources, ...verbs]) assert.notEqual(word, "*");
      for (const verb of ["escalate", "impersonate"]) assert.ok(!verbs.includes(verb));
      if (verbs.includes("bind")) assert.deepEqual(resourceNames, [config.clusterRole]);
    }
  });
});
