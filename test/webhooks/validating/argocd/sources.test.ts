import assert from "node:assert/strict";
import { test } from "node:test";
import { sources } from "../../../../webhooks/validating/argocd/sources.ts";
import { urlEntries } from "../../../helpers/admission.ts";
import {
  BASELINE,
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

const APP = { repoURL: "https://github.com/org/app", path: "deploy" };
const EVIL = { repoURL: "https://git.example.net/x/app", path: "deploy" };
const MOVES = [{ target: { kind: "ConfigMap" }, patch: "- {op: replace, path: /metadata/namespace, value: x}" }];
const HARMLESS = [{ target: { kind: "Deployment" }, patch: "- {op: replace, path: /spec/replicas, value: 2}" }];
const PLUGINS = { policy: { allowedPlugins: ["cue", "jsonnet"] } };

/** Every place of a source: its path, and what gives it. Of `needs` the source must say a repository. */
const PLACES: readonly [path: string, needs: boolean, given: (source: unknown) => Given][] = [
  ["spec.source", true, (source) => ({ spec: { source } })],
  ["spec.sources[1]", true, (source) => ({ spec: { source: undefined, sources: [APP, source] } })],
  ["spec.sourceHydrator.drySource", true, (drySource) => ({ spec: { sourceHydrator: { drySource } } })],
  ["spec.sourceHydrator.syncSource", false, (syncSource) => ({ spec: { sourceHydrator: { syncSource } } })],
  ["spec.sourceHydrator.hydrateTo", false, (hydrateTo) => ({ spec: { sourceHydrator: { hydrateTo } } })],
  ["operation.sync.source", true, (source) => ({ operation: { sync: { source } } })],
  ["operation.sync.sources[0]", true, (source) => ({ operation: { sync: { sources: [source] } } })],
  [
    "operation.sync.sourceHydrator.drySource",
    true,
    (drySource) => ({ operation: { sync: { sourceHydrator: { drySource } } } }),
  ],
];

for (const [path, needs, place] of PLACES) {
  const given = (parts: object, rest: Given = {}): Given => ({ ...place({ ...APP, ...parts }), ...rest });
  const helm = (value: unknown, rest?: Given): Given => given({ helm: value }, rest);
  const kustomize = (value: unknown, rest?: Given): Given => given({ kustomize: value }, rest);
  testRule(sources, "Application", {
    allowed: [
      [`${path} of an allowed repository`, given({})],
      [
        `${path} for its own namespace`,
        given({ helm: { namespace: "tenant-a" }, kustomize: { namespace: "tenant-a" } }),
      ],
      [
        `${path} with nothing set`,
        given({
          helm: { namespace: "", valueFiles: null },
          kustomize: { namespace: null, patches: null, components: null },
          plugin: null,
        }),
      ],
      [`${path} with null for all parts`, given({ helm: null, kustomize: null, plugin: null })],
      [
        `${path} with files and components beside it`,
        given({
          helm: { valueFiles: ["values.yaml", "../x.yaml", "$ref/y.yaml"] },
          kustomize: { components: ["../x", "a/b-c_d.e", "./x/"] },
        }),
      ],
      [`${path} with a harmless patch`, kustomize({ patches: HARMLESS })],
      [
        `${path} with value files of an allowed repository`,
        helm({ valueFiles: ["https://github.com/org/app/values.yaml"] }),
      ],
      [`${path} with an allowed plugin`, given({ plugin: { name: "jsonnet" } }, PLUGINS)],
      ...(needs ? [] : [[`${path} without repository`, place({ path: "x", targetBranch: "y" })] as const]),
    ],
    denied: [
      [`${path} of another repository`, place(EVIL), `${path}.repoURL`],
      [`${path} of another repository in baseline`, { ...place(EVIL), ...BASELINE }, `${path}.repoURL`],
      [`${path} whose repository is null`, given({ repoURL: null }), `${path}.repoURL`],
      [`${path} whose repository is empty`, given({ repoURL: "" }), `${path}.repoURL`],
      ...rowsFor(
        NO_STRINGS,
        (repoURL) => given({ repoURL }),
        (what) => `${path} whose repository is ${what}`,
        `${path}.repoURL`,
      ),
      ...(needs ? [[`${path} without repository`, place({ path: "deploy" }), `${path}.repoURL`] as const] : []),
      [`${path} with a plugin`, given({ plugin: { name: "cue" } }), `${path}.plugin.name`],
      [
        `${path} with another plugin than is allowed`,
        given({ plugin: { name: "cu" } }, PLUGINS),
        `${path}.plugin.name`,
      ],
      [`${path} with whichever plugin is found`, given({ plugin: {} }, PLUGINS), `${path}.plugin.name`],
      ...rowsFor(
        NO_OBJECTS,
        (plugin) => given({ plugin }, PLUGINS),
        (what) => `${path} with ${what} as plugin`,
        `${path}.plugin.name`,
      ),
      ...foreignRows(`${path}.helm.namespace`, (namespace) => helm({ namespace }), `${path}.helm.namespace`),
      ...foreignRows(
        `${path}.kustomize.namespace`,
        (namespace) => kustomize({ namespace }),
        `${path}.kustomize.namespace`,
      ),
      ...rowsFor(NO_OBJECTS, helm, (what) => `${what} as ${path}.helm`, `${path}.helm`),
      ...rowsFor(NO_OBJECTS, kustomize, (what) => `${what} as ${path}.kustomize`, `${path}.kustomize`),
      ...rowsFor(
        NO_LISTS,
        (list) => helm({ valueFiles: list }),
        (what) => `${path} with ${what} as value files`,
        `${path}.helm.valueFiles`,
      ),
      ...rowsFor(
        NO_LISTS,
        (list) => kustomize({ components: list }),
        (what) => `${path} with ${what} as components`,
        `${path}.kustomize.components`,
      ),
      [
        `${path} with parameters from files elsewhere`,
        helm({
          fileParameters: [{ name: "x", path: "a.txt" }, null, { path: "https://evil.example/v" }, { path: 1 }, {}],
        }),
        `${path}.helm.fileParameters[1]`,
        `${path}.helm.fileParameters[3].path`,
        `${path}.helm.fileParameters[2].path`,
      ],
      ...rowsFor(
        NO_LISTS,
        (list) => helm({ fileParameters: list }),
        (what) => `${path} with ${what} as file parameters`,
        `${path}.helm.fileParameters`,
      ),
      [
        `${path} with value files from elsewhere`,
        helm({ valueFiles: ["a.yaml", "https://evil.example/v.yaml", 1] }),
        `${path}.helm.valueFiles[2]`,
        `${path}.helm.valueFiles[1]`,
      ],
      [`${path} with a patch that moves`, kustomize({ patches: MOVES }), `${path}.kustomize.patches[0].patch`],
      [
        `${path} with a patch that moves in baseline`,
        kustomize({ patches: MOVES }, BASELINE),
        `${path}.kustomize.patches[0].patch`,
      ],
      [`${path} with patches that are none`, kustomize({ patches: "x" }), `${path}.kustomize.patches`],
      [
        `all that is wrong with ${path}`,
        place({ ...EVIL, plugin: { name: "x" }, helm: { namespace: "x" }, kustomize: { namespace: "x" } }),
        `${path}.repoURL`,
        `${path}.plugin.name`,
        `${path}.helm.namespace`,
        `${path}.kustomize.namespace`,
      ],
    ],
  });
}

const REMOTE = [
  "https://github.com/org/app",
  "git::x",
  "git@github.com:org/app",
  "alice@host/path",
  "github.com/org/app",
  "GitHub.com/org/app",
  "github.com:org/app",
  "file:///x",
  "/x",
  "ssh://x/y",
  "a?ref=b",
  "a//b",
  "",
  "{{x}}",
  "a b",
];
const component = (...components: unknown[]): Given => ({ spec: { source: { ...APP, kustomize: { components } } } });
testRule(sources, "Application", {
  allowed: [
    ["no source, which Argo CD refuses", { spec: { source: undefined } }],
    ["null for all places", { spec: { source: undefined, sources: null, sourceHydrator: null }, operation: null }],
    ["an operation without source", { operation: { sync: { revision: "main" } } }],
    [
      "components of its own repository",
      component("x", "../x", "../../a/b.c", "a/x@y", "github.company/x", "a/github.com/x"),
    ],
    [
      "a chart of an allowed registry",
      {
        spec: { source: { repoURL: "ghcr.io/org", chart: "web" } },
        policy: { allowedRepos: urlEntries("oci://ghcr.io/org/") },
      },
    ],
    [
      "a chart of an allowed registry with its scheme",
      {
        spec: { source: { repoURL: "oci://ghcr.io/org", chart: "web" } },
        policy: { allowedRepos: urlEntries("oci://ghcr.io/org/") },
      },
    ],
    [
      "a chart of an allowed repository",
      {
        spec: { source: { repoURL: "https://charts.example.com/x", chart: "web" } },
        policy: { allowedRepos: urlEntries("https://charts.example.com/") },
      },
    ],
  ],
  denied: [
    [
      "a registry without chart",
      {
        spec: { source: { repoURL: "ghcr.io/org", chart: "" } },
        policy: { allowedRepos: urlEntries("oci://ghcr.io/org/") },
      },
      "spec.source.repoURL",
    ],
    [
      "a chart of another registry",
      {
        spec: { source: { repoURL: "ghcr.io/other", chart: "web" } },
        policy: { allowedRepos: urlEntries("oci://ghcr.io/org/") },
      },
      "spec.source.repoURL",
    ],
    [
      "a user before a registry",
      {
        spec: { source: { repoURL: "x@ghcr.io/org", chart: "web" } },
        policy: { allowedRepos: urlEntries("oci://ghcr.io/org/") },
      },
      "spec.source.repoURL",
    ],
    ["any repository where none is allowed", { policy: { allowedRepos: [] } }, "spec.source.repoURL"],
    ...REMOTE.map(
      (text): Row => [
        `${JSON.stringify(text)} as component`,
        component("x", text),
        "spec.source.kustomize.components[1]",
      ],
    ),
    ...rowsFor(
      NO_STRINGS,
      (value) => component(value),
      (what) => `${what} as component`,
      "spec.source.kustomize.components[0]",
    ),
    ["null as component", component(null), "spec.source.kustomize.components[0]"],
    [
      "every source that is wrong",
      {
        spec: { source: EVIL, sources: [EVIL, null, APP], sourceHydrator: { drySource: 1 } },
        operation: { sync: { source: EVIL } },
      },
      "spec.sources[1]",
      "spec.sourceHydrator.drySource",
      "spec.source.repoURL",
      "spec.sources[0].repoURL",
      "operation.sync.source.repoURL",
    ],
    ...rowsFor(
      NO_OBJECTS,
      (source) => ({ spec: { source } }),
      (what) => `${what} as source`,
      "spec.source",
    ),
    ...rowsFor(
      NO_LISTS,
      (list) => ({ spec: { sources: list } }),
      (what) => `${what} as sources`,
      "spec.sources",
    ),
    ...rowsFor(
      NO_ITEMS,
      (item) => ({ spec: { sources: [item] } }),
      (what) => `${what} among sources`,
      "spec.sources[0]",
    ),
    ...rowsFor(
      NO_OBJECTS,
      (value) => ({ spec: { sourceHydrator: value } }),
      (what) => `${what} as hydrator`,
      "spec.sourceHydrator",
    ),
    ...["drySource", "syncSource", "hydrateTo"].flatMap((key) =>
      rowsFor(
        NO_OBJECTS,
        (value) => ({ spec: { sourceHydrator: { drySource: APP, [key]: value } } }),
        (what) => `${what} as ${key}`,
        `spec.sourceHydrator.${key}`,
      ),
    ),
    ...rowsFor(
      NO_OBJECTS,
      (source) => ({ operation: { sync: { source } } }),
      (what) => `${what} as an operation's source`,
      "operation.sync.source",
    ),
    ...rowsFor(
      NO_LISTS,
      (list) => ({ operation: { sync: { sources: list } } }),
      (what) => `${what} as an operation's sources`,
      "operation.sync.sources",
    ),
  ],
});

test("shows no password of a repository, and says why it is refused", () => {
  const texts = (repoURL: string): string =>
    JSON.stringify(checked(sources, "Application", { spec: { source: { ...APP, repoURL } } })[0]?.shown);
  const shown = (repoURL: string): string | undefined =>
    checked(sources, "Application", { spec: { source: { ...APP, repoURL } } })[0]?.shown;
  const why = "(no entry of the list matches)";
  const long = `https://other.example/${"x".repeat(106)}`;
  assert.equal(shown(long), `"${long}" ${why}`);
  assert.equal(shown(`${long}x`), `"${long}" ${why}`);
  assert.doesNotMatch(texts("https://user:hunter2@github.com/org/app"), /hunter2/);
  assert.match(texts("https://user:hunter2@github.com/org/app"), /the user info is not that of the list/);
  assert.match(texts("https://other.example/x"), /no entry of the list matches/);
  assert.ok(texts(`https://github.com/${"x".repeat(1000)}`).length < 250);
  const [remote] = checked(sources, "Application", component("https://u:hunter2@x/y"));
  assert.doesNotMatch(remote?.shown ?? "hunter2", /hunter2/);
});
