// What manifests/ promises, read from the files: no cluster is needed to see that an admission webhook can block nothing that it must not.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { describe, it } from "node:test";
import { parseAllDocuments } from "yaml";
import { loadConfig } from "../src/config.ts";
import { rules } from "../webhooks/validating/index.ts";

interface Webhook {
  name: string;
  failurePolicy: string;
  sideEffects: string;
  timeoutSeconds: number;
  rules: { apiGroups: string[]; apiVersions: string[]; resources: string[]; operations: string[] }[];
  namespaceSelector: { matchExpressions: { key: string; operator: string; values?: string[] }[] };
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

  for (const { name, ...webhook } of webhooks) {
    it(`let ${name} be away, slow or asked for a dry run without harm`, () => {
      assert.ok(webhook.timeoutSeconds <= 5);
      assert.equal(webhook.sideEffects, "None");
      const cut = webhook.namespaceSelector.matchExpressions.find(({ operator }) => operator === "NotIn");
      assert.equal(cut?.key, "kubernetes.io/metadata.name");
      for (const namespace of ["kube-system", config.namespace]) assert.ok(cut.values?.includes(namespace), namespace);
      for (const { operations } of webhook.rules) {
        assert.ok(operations.every((operation) => operation === "CREATE" || operation === "UPDATE"));
      }
      const isFlux = webhook.rules.every(({ apiGroups }) => apiGroups.every((group) => group.endsWith(".fluxcd.io")));
      assert.equal(webhook.failurePolicy, isFlux ? "Fail" : "Ignore");
    });
  }

  it("send every resource that a rule is about, in every version", () => {
    for (const { group, resource } of rules.flatMap((rule) => rule.resources)) {
      const sent = webhooks.some((webhook) =>
        webhook.rules.some(
          ({ apiGroups, apiVersions, resources }) =>
            apiGroups.includes(group) && resources.includes(resource) && apiVersions.includes("*"),
        ),
      );
      assert.ok(sent, `${group}/${resource}`);
    }
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
