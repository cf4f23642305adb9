import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../../../webhooks/json.ts";
import { applicationSets } from "../../../../webhooks/validating/argocd/application-sets.ts";
import { ADMIN_USER } from "../../../helpers/admission.ts";
import {
  checked,
  foreignRows,
  type Given,
  NO_ITEMS,
  NO_LISTS,
  NO_OBJECTS,
  NO_STRINGS,
  type Row,
  rowsFor,
  testRule,
} from "../../../helpers/rule-table.ts";

const enabled = (...generators: string[]): Given => ({ policy: { applicationSets: { enabled: true, generators } } });
const ALL = enabled("list", "git", "matrix", "merge", "pullRequest", "scmProvider", "clusters");
const APP: JsonObject = {
  project: "team-a",
  source: { repoURL: "https://github.com/org/app", path: "{{path}}", targetRevision: "{{revision}}" },
  destination: { server: "https://kubernetes.default.svc", namespace: "tenant-a" },
};
const source = (parts: object): object => ({ source: { ...(APP["source"] as object), ...parts } });
const template = (spec: unknown, metadata: unknown = { name: "{{name}}" }): Given => ({
  spec: { template: { metadata, spec } },
});
const whole = (parts: object): Given => template({ ...APP, ...parts });
const generators = (...list: unknown[]): Given => ({ spec: { generators: list }, ...ALL });
const T = "spec.template.spec";
const G = "spec.generators[0]";

testRule(applicationSets, "ApplicationSet", {
  allowed: [
    ["a good one where these are enabled", {}],
    ["its own namespace, said out loud", template(APP, { name: "{{name}}", namespace: "tenant-a" })],
    ["an empty patch of the template", { spec: { templatePatch: "" } }],
    ["null as patch of the template", { spec: { templatePatch: null } }],
    ["no generators, which Argo CD refuses", { spec: { generators: null } }],
    [
      "names to be filled in beside patches",
      whole(source({ kustomize: { namePrefix: "{{x}}", commonLabels: { a: "{{b}}" } } })),
    ],
    [
      "templates where they decide nothing",
      whole({
        source: {
          ...(APP["source"] as object),
          helm: { values: "{{x}}", valueFiles: ["envs/{{env}}.yaml", "a-{{x}}"] },
        },
        info: [{ name: "{{x}}" }],
      }),
    ],
  ],
  denied: [
    [
      "a good one where these are not enabled",
      { policy: { applicationSets: { enabled: false, generators: ["list"] } } },
      "kind",
    ],
    [
      "a good one by an admin, who is exempt for other reasons",
      { policy: { applicationSets: { enabled: false, generators: [] } }, request: { user: ADMIN_USER } },
      "kind",
    ],
    ["a patch of the template", { spec: { templatePatch: "spec: {}" } }, "spec.templatePatch"],
    ...rowsFor(
      NO_STRINGS,
      (value) => ({ spec: { templatePatch: value } }),
      (what) => `${what} as patch of the template`,
      "spec.templatePatch",
    ),
    ["no spec", { spec: null }, `${T}.project`, `${T}.destination.namespace`, `${T}.destination`],
    [
      "no template",
      { spec: { template: undefined } },
      `${T}.project`,
      `${T}.destination.namespace`,
      `${T}.destination`,
    ],
    ...rowsFor(
      NO_OBJECTS,
      (value) => ({ spec: { template: value } }),
      (what) => `${what} as template`,
      "spec.template",
      `${T}.project`,
      `${T}.destination.namespace`,
      `${T}.destination`,
    ),
    ...rowsFor(
      NO_OBJECTS,
      (value) => template(value),
      (what) => `${what} as the template's spec`,
      T,
      `${T}.project`,
      `${T}.destination.namespace`,
      `${T}.destination`,
    ),
    ...rowsFor(
      NO_OBJECTS,
      (value) => template(APP, value),
      (what) => `${what} as the template's metadata`,
      "spec.template.metadata",
    ),
    ...foreignRows(
      "the template's namespace",
      (namespace) => template(APP, { namespace }),
      "spec.template.metadata.namespace",
    ),
    ["project default", whole({ project: "default" }), `${T}.project`],
    ["a project to be filled in", whole({ project: "{{project}}" }), `${T}.project`],
    ["a project to be filled in behind its own", whole({ project: "team-a{{x}}" }), `${T}.project`],
    [
      "a destination to be filled in",
      whole({ destination: { name: "in-cluster", namespace: "{{ns}}" } }),
      `${T}.destination.namespace`,
    ],
    [
      "a server to be filled in",
      whole({ destination: { server: "{{server}}", namespace: "tenant-a" } }),
      `${T}.destination.server`,
    ],
    ["a repository to be filled in", whole(source({ repoURL: "{{repo}}" })), `${T}.source.repoURL`],
    ["another repository", whole(source({ repoURL: "https://git.example.net/x" })), `${T}.source.repoURL`],
    [
      "a namespace to render for that is to be filled in",
      whole(source({ helm: { namespace: "{{ns}}" } })),
      `${T}.source.helm.namespace`,
    ],
    [
      "a file parameter that may become a URL",
      whole(source({ helm: { fileParameters: [{ path: "{{x}}" }, { path: "a/{{x}}" }] } })),
      `${T}.source.helm.fileParameters[0].path`,
    ],
    [
      "a value file that may become a URL",
      whole(source({ helm: { valueFiles: ["{{x}}", "h{{x}}", "HTTP{{x}}", "a/{{x}}"] } })),
      ...[0, 1, 2].map((index) => `${T}.source.helm.valueFiles[${index}]`),
    ],
    [
      "a patch to be filled in",
      whole(source({ kustomize: { patches: [{ patch: "- {op: add, path: /spec/x, value: '{{x}}'}" }] } })),
      `${T}.source.kustomize.patches[0].patch`,
    ],
    [
      "the namespace's metadata",
      whole({ syncPolicy: { managedNamespaceMetadata: {} } }),
      `${T}.syncPolicy.managedNamespaceMetadata`,
    ],
    [
      "the making of the namespace",
      whole({ syncPolicy: { syncOptions: ["CreateNamespace=true"] } }),
      `${T}.syncPolicy.syncOptions[0]`,
    ],
    [
      "an option to be filled in",
      whole({ syncPolicy: { syncOptions: ["{{option}}"] } }),
      `${T}.syncPolicy.syncOptions[0]`,
    ],
    [
      "the same in another namespace",
      { request: { namespace: "tenant-b" } },
      `${T}.project`,
      `${T}.destination.namespace`,
    ],
    [
      "all of it",
      {
        spec: {
          template: { spec: { project: "x", source: 1, destination: { name: "x", namespace: "x" } } },
          templatePatch: "x",
          generators: [1],
        },
      },
      `${T}.project`,
      `${T}.destination.namespace`,
      `${T}.destination.name`,
      `${T}.source`,
      "spec.templatePatch",
      G,
    ],
  ],
});

const GIT = { repoURL: "https://github.com/org/app", directories: [{ path: "*" }] };
const KINDS = ["git", "Clusters", "list ", "constructor", "__proto__"];
testRule(applicationSets, "ApplicationSet", {
  allowed: [
    [
      "generators that are allowed",
      generators({ list: {} }, { git: GIT }, { pullRequest: { github: { owner: "x" } } }),
    ],
    [
      "generators within others",
      generators({ matrix: { generators: [{ list: {} }, { merge: { generators: [{ git: GIT }] } }] } }),
    ],
    ["a selector beside a generator", generators({ list: {}, selector: { matchLabels: { a: "b" } } })],
    ["a generator that is null beside another", generators({ list: {}, clusters: null })],
    ["an api that is null or empty", generators({ scmProvider: { gitea: { api: "" }, github: { api: null } } })],
    ["an empty part of a template", generators({ list: { template: { metadata: {}, spec: {} } } })],
    ["null as part of a template", generators({ list: { template: null } })],
    [
      "a part of a template that stays at home",
      generators({
        list: {
          template: { spec: { project: "team-a", destination: { namespace: "tenant-a" }, source: { path: "x" } } },
        },
      }),
    ],
  ],
  denied: [
    ...KINDS.map(
      (kind): Row => [
        `${JSON.stringify(kind)} where it is not allowed`,
        { spec: { generators: [JSON.parse(`{${JSON.stringify(kind)}: {}}`)] } },
        G,
      ],
    ),
    ["all clusters although the policy lists them", generators({ clusters: {} }), G],
    [
      "all clusters within another",
      generators({ matrix: { generators: [{ list: {} }, { clusters: {} }] } }),
      `${G}.matrix.generators[1]`,
    ],
    ["a generator beside an allowed one", generators({ list: {}, plugin: {} }), G],
    [
      "a repository that is not allowed",
      generators({ git: { ...GIT, repoURL: "https://git.example.net/x" } }),
      `${G}.git.repoURL`,
    ],
    ["a repository that is null", generators({ git: { repoURL: null } }), `${G}.git.repoURL`],
    [
      "an api of its own",
      generators({ pullRequest: { github: { api: "https://evil.example" } } }),
      `${G}.pullRequest.github.api`,
    ],
    [
      "an api of its own, a level higher",
      generators({ scmProvider: { api: "https://evil.example" } }),
      `${G}.scmProvider.api`,
    ],
    ["an api that is no text", generators({ scmProvider: { gitlab: { api: ["x"] } } }), `${G}.scmProvider.gitlab.api`],
    [
      "an api within another generator",
      generators({ merge: { generators: [{ scmProvider: { gitea: { api: "x" } } }] } }),
      `${G}.merge.generators[0].scmProvider.gitea.api`,
    ],
    [
      "what a generator lays over the template",
      generators({
        list: {
          template: {
            metadata: { namespace: "x" },
            spec: {
              project: "default",
              destination: { namespace: "x", server: "x" },
              source: { repoURL: "x" },
              syncPolicy: { managedNamespaceMetadata: {} },
            },
          },
        },
      }),
      `${G}.list.template.metadata.namespace`,
      ...[
        "project",
        "destination.namespace",
        "destination.server",
        "source.repoURL",
        "syncPolicy.managedNamespaceMetadata",
      ].map((path) => `${G}.list.template.spec.${path}`),
    ],
    [
      "what a generator within another lays over it",
      generators({ matrix: { generators: [{ list: { template: { spec: { project: "x" } } } }] } }),
      `${G}.matrix.generators[0].list.template.spec.project`,
    ],
    [
      "both server and name laid over it",
      generators({
        list: { template: { spec: { destination: { server: "https://kubernetes.default.svc", name: "in-cluster" } } } },
      }),
      `${G}.list.template.spec.destination`,
    ],
    ...rowsFor(
      NO_OBJECTS,
      (value) => generators({ list: { template: value } }),
      (what) => `${what} laid over the template`,
      `${G}.list.template`,
    ),
    ...rowsFor(
      NO_OBJECTS,
      (value) => generators({ list: { template: { spec: value } } }),
      (what) => `${what} laid over the template's spec`,
      `${G}.list.template.spec`,
    ),
    ...rowsFor(
      NO_OBJECTS,
      (value) => generators({ list: { template: { metadata: value } } }),
      (what) => `${what} laid over the template's metadata`,
      `${G}.list.template.metadata`,
    ),
    ...rowsFor(
      NO_OBJECTS,
      (value) => generators({ list: { template: { spec: { destination: value } } } }),
      (what) => `${what} laid over the destination`,
      `${G}.list.template.spec.destination`,
    ),
    ...rowsFor(
      NO_LISTS,
      (value) => ({ ...ALL, spec: { generators: value } }),
      (what) => `${what} as generators`,
      "spec.generators",
    ),
    ...rowsFor(
      NO_ITEMS,
      (value) => generators(value),
      (what) => `${what} as generator`,
      G,
    ),
    ...rowsFor(
      NO_OBJECTS,
      (value) => generators({ list: value }),
      (what) => `${what} as settings`,
      `${G}.list`,
    ),
    ...rowsFor(
      NO_LISTS,
      (value) => generators({ matrix: { generators: value } }),
      (what) => `${what} as inner generators`,
      `${G}.matrix.generators`,
    ),
  ],
});

test("tells which generators there are", () => {
  const allowed = (given: Given): string | undefined =>
    checked(applicationSets, "ApplicationSet", { spec: { generators: [{ x: {} }] }, ...given })[0]?.allowed;
  assert.equal(allowed(enabled("list", "clusters", "git")), "list or git");
  assert.equal(allowed(enabled("clusters")), "none");
});

test("shows no template", () => {
  const found = checked(applicationSets, "ApplicationSet", { spec: { templatePatch: "hunter2" } });
  assert.deepEqual([found[0]?.found, found[0]?.shown], ["hunter2", "a template"]);
});
