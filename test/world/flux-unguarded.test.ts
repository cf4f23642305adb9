// What tenants can do with Flux where nobody guards them, by what Flux's own flags change about it: what Landlord is held against.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { bareEnvironment } from "../../sandbox/process.ts";
import { clusterOf } from "../helpers/cluster.ts";
import { BENT, configMap, plain } from "../helpers/flux-artifacts.ts";
import { type FluxSources, startFluxSources } from "../helpers/flux-sources.ts";
import { fromSource, kustomizationsOf } from "../helpers/kustomizations.ts";
import { sandboxOrSkip, useSandbox } from "../helpers/sandbox.ts";
import type { Files } from "../helpers/tar.ts";

const OPTIONS = { with: ["flux"] } as const;
const { skip } = await sandboxOrSkip(OPTIONS);

const REFS = "--no-cross-namespace-refs=true";
const ACCOUNT = "--default-service-account=default";

interface Column {
  title: string;
  /** The tenant's namespace; `other` is another tenant's. */
  own: string;
  flags: string[];
  /** Its ServiceAccount `default` has the rights of `admin` in it. */
  bound?: true;
}

const COLUMNS: Column[] = [
  { title: "no flags", own: "bare", flags: [] },
  { title: REFS, own: "refs", flags: [REFS] },
  { title: `${REFS} ${ACCOUNT}`, own: "powerless", flags: [REFS, ACCOUNT] },
  { title: `${REFS} ${ACCOUNT} with rights in its namespace`, own: "bound", flags: [REFS, ACCOUNT], bound: true },
];

const FORBIDDEN =
  /^ReconciliationFailed: ConfigMap\/\S+ dry-run failed \(Forbidden\): .*"system:serviceaccount:\w+:default" cannot patch/;
const GHOST = /^ReconciliationFailed: .*\(Forbidden\): .*"system:serviceaccount:\w+:ghost" cannot patch/;
const BLOCKED = /^AccessDenied: can't access 'GitRepository\/\S+', cross-namespace references have been blocked$/;
const LEAKED = /^DependencyNotReady: .*: no such key: hunter2/;

interface Row {
  name: string;
  title: string;
  /** The namespace that the object in its repository says. */
  says?: string;
  spec: (own: string) => object;
  /** For each column the namespace in which the object is then, or else what the Ready condition says. */
  expected: ("own" | "other" | "default" | RegExp)[];
}

const ROWS: Row[] = [
  {
    name: "home",
    title: "its own namespace as target",
    spec: (own) => ({ ...fromSource("home"), targetNamespace: own }),
    expected: ["own", "own", FORBIDDEN, "own"],
  },
  {
    name: "target",
    title: "another namespace as target",
    spec: () => ({ ...fromSource("target"), targetNamespace: "other" }),
    expected: ["other", "other", FORBIDDEN, FORBIDDEN],
  },
  {
    name: "unset",
    title: "no target, and another namespace in the repository",
    says: "other",
    spec: () => fromSource("unset"),
    expected: ["other", "other", FORBIDDEN, FORBIDDEN],
  },
  {
    name: "foreign",
    title: "another namespace's source",
    spec: (own) => ({ ...fromSource("shared", "flux-system"), targetNamespace: own }),
    expected: ["own", BLOCKED, BLOCKED, BLOCKED],
  },
  {
    name: "demo",
    title: "no ServiceAccount, no target, another namespace's source, and `default` in the repository",
    spec: () => fromSource("wrong-namespace", "flux-system"),
    expected: ["default", BLOCKED, BLOCKED, BLOCKED],
  },
  {
    name: "ghost",
    title: "a ServiceAccount that is not there",
    spec: (own) => ({ ...fromSource("ghost"), targetNamespace: own, serviceAccountName: "ghost" }),
    expected: [GHOST, GHOST, GHOST, GHOST],
  },
  {
    name: "curious",
    title: "a dependency on another namespace's Kustomization",
    spec: (own) => ({
      ...fromSource("curious"),
      targetNamespace: own,
      dependsOn: [
        {
          name: "platform",
          namespace: "flux-system",
          readyExpr: "{'a': 1}[dep.spec.postBuild.substitute.PASSWORD] == 1",
        },
      ],
    }),
    expected: [LEAKED, LEAKED, LEAKED, LEAKED],
  },
];

describe("a tenant of Flux where nobody guards it", { skip }, () => {
  const world = useSandbox(OPTIONS);
  const cluster = clusterOf(() => world.sandbox);
  const kustomizations = kustomizationsOf(() => world.sandbox);
  let sources: FluxSources;

  before(async () => {
    sources = await startFluxSources(world.sandbox);
    for (const name of ["home", "other"]) await cluster.namespace(name);
    await sources.create({ namespace: "flux-system", name: "shared" }, plain("shared"));
    await sources.create({ namespace: "flux-system", name: "wrong-namespace" }, plain("wrong-namespace", "default"));
    const substitute = { PASSWORD: "hunter2" };
    const spec = { ...fromSource("shared"), suspend: true, postBuild: { substitute } };
    await kustomizations.create("flux-system", "platform", spec);
  });
  after(() => sources.stop());

  for (const [way, files] of Object.entries(BENT)) {
    it(`lets ${way} in a repository send objects elsewhere than targetNamespace says`, async () => {
      const name = way.toLowerCase();
      await sources.create({ namespace: "home", name }, files(name, "other"));
      await kustomizations.create("home", name, { ...fromSource(name), targetNamespace: "home" });
      const { status, message } = await kustomizations.settled("home", name);
      assert.equal(status, "True", message);
      assert.deepEqual(await kustomizations.landed("home", name), ["other"]);
    });
  }

  it("applies no base of another repository with --no-remote-bases, but still files by their URL", async () => {
    const base = await repositoryOf({ "kustomization.yaml": '{"resources":["a.yaml"]}', "a.yaml": configMap("base") });
    const file = sources.serve("/elsewhere/config-map.yaml", configMap("file"));
    const outcomeOf = async (name: string, resource: string): Promise<string> => {
      await sources.create(
        { namespace: "home", name },
        { "kustomization.yaml": JSON.stringify({ resources: [resource] }) },
      );
      await kustomizations.create("home", name, { ...fromSource(name), targetNamespace: "home" });
      const { reason, message } = await kustomizations.settled("home", name);
      return `${reason}: ${message}`;
    };
    assert.match(await outcomeOf("base-before", base), /^ReconciliationSucceeded/);
    await world.sandbox.flux.restart(["--no-remote-bases=true"]);
    assert.match(await outcomeOf("base-after", base), /^BuildFailed: .* fs-security-constraint /);
    assert.match(await outcomeOf("file-after", file), /^ReconciliationSucceeded/);
    await world.sandbox.flux.restart([]);
  });

  it("leaves behind what it cannot prune, once the ServiceAccount it did it with is gone", async () => {
    const { sandbox } = world;
    await bind("home", "leaver");
    await cluster.create("/api/v1/namespaces/home/serviceaccounts", { metadata: { name: "leaver" } });
    await sources.create({ namespace: "home", name: "left" }, plain("left"));
    const spec = { ...fromSource("left"), targetNamespace: "home", serviceAccountName: "leaver" };
    await kustomizations.create("home", "left", spec);
    assert.equal((await kustomizations.settled("home", "left")).status, "True");
    await cluster.remove("/api/v1/namespaces/home/serviceaccounts/leaver");
    await kustomizations.remove("home", "left");
    assert.ok(await cluster.get("/api/v1/namespaces/home/configmaps/left"));
    const log = await readFile(join(sandbox.directory, "kustomize-controller.log"), "utf8");
    assert.match(log, /unable to prune objects:\s+ConfigMap\/home\/left/);
  });

  for (const [column, { title, own, flags, bound = false }] of COLUMNS.entries()) {
    describe(`with ${title}`, { concurrency: true }, () => {
      before(async () => {
        await cluster.namespace(own);
        if (bound) await bind(own, "default");
        await world.sandbox.flux.restart(flags);
      });

      for (const row of ROWS) {
        const expected = row.expected[column] ?? /no expectation/;
        const end = expected instanceof RegExp ? "is refused" : `lands in ${expected}`;
        it(`${row.title}: ${end}`, async () => {
          const { name, says, spec } = row;
          await sources.create({ namespace: own, name }, plain(name, says));
          await kustomizations.create(own, name, spec(own));
          const { status, reason, message } = await kustomizations.settled(own, name);
          const landed = await kustomizations.landed(own, name);
          if (expected instanceof RegExp) {
            assert.equal(status, "False");
            assert.match(`${reason}: ${message}`, expected);
            assert.deepEqual(landed, []);
          } else {
            assert.equal(status, "True", message);
            assert.deepEqual(landed, [expected === "own" ? own : expected]);
          }
        });
      }
    });
  }

  /** The URL of a Git repository on this machine's disk. */
  async function repositoryOf(files: Files): Promise<string> {
    const directory = await mkdtemp(join(world.sandbox.directory, "repository-"));
    for (const [path, text] of Object.entries(files)) await writeFile(join(directory, path), text);
    const options = { cwd: directory, env: bareEnvironment(directory) };
    const git = (...args: string[]) => promisify(execFile)("git", args, options);
    await git("init", "--quiet", "--initial-branch=main");
    await git("add", ".");
    await git("-c", "user.name=a", "-c", "user.email=a@example.invalid", "commit", "--quiet", "--message=base");
    return `file://${directory}?ref=main`;
  }

  /** Gives a ServiceAccount the rights of `admin` in its namespace. */
  async function bind(namespace: string, name: string): Promise<void> {
    await cluster.create(`/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`, {
      metadata: { name },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "admin" },
      subjects: [{ kind: "ServiceAccount", name, namespace }],
    });
  }
});
