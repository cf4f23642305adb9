import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { desk, manifest } from "../../helpers/review.ts";

const GOOD = manifest();
const BAD = manifest({ name: "bad", target: "kube-system" });
const CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n";

describe("review", () => {
  it("ends with 0 where all is allowed, 1 where some is denied, and 2 where something cannot be judged", async (t) => {
    const { run, path } = await desk(t, {
      "good.yaml": GOOD,
      "bad.yaml": BAD,
      "broken.yaml": "a: [",
      "map.yaml": CONFIG_MAP,
    });
    const policy = ["--policy", path("policy.yaml")];
    const code = async (...names: string[]) =>
      (await run([...policy, ...names.flatMap((name) => ["-f", path(name)])])).code;
    assert.equal(await code("good.yaml"), 0);
    assert.equal(await code("map.yaml"), 0);
    assert.equal(await code("good.yaml", "bad.yaml"), 1);
    assert.equal(await code("broken.yaml", "bad.yaml"), 2);
    assert.equal(await code("none.yaml", "good.yaml"), 2);
  });

  it("tells people what is wrong and where", async (t) => {
    const { run, path } = await desk(t, { "app.yaml": `${GOOD}---\n${BAD}---\n${CONFIG_MAP}` });
    const { out } = await run(["-f", path("app.yaml"), "--cluster", path("facts.yaml")]);
    const lines = out.trimEnd().split("\n");
    assert.equal(lines[0], `${path("app.yaml")}#2 Kustomization team-a/bad: DENIED`);
    assert.match(lines[1] ?? "", /^ {2}line 25: K2 spec\.targetNamespace is "kube-system"; allowed: "team-a"; /);
    assert.equal(lines[2], "3 documents: 1 allowed, 1 denied, 1 not judged");
  });

  it("gives one verdict per document, in the order of the input", async (t) => {
    const { verdicts, path } = await desk(t, {
      "a.yaml": `${BAD}---\n${GOOD}`,
      "dir/b.json": JSON.stringify({ kind: "List", apiVersion: "v1", items: [] }),
    });
    const { code, verdicts: found } = await verdicts([
      "-f",
      path("dir"),
      "-f",
      path("a.yaml"),
      "--policy",
      path("policy.yaml"),
    ]);
    assert.equal(code, 1);
    assert.deepEqual(
      found.map(({ source, document, kind, namespace, name, allowed, outcome }) => [
        source.replace(path("/"), ""),
        document,
        kind,
        namespace,
        name,
        allowed,
        outcome,
      ]),
      [
        ["dir/b.json", 1, "List", "", "", true, "not-judged"],
        ["a.yaml", 1, "Kustomization", "team-a", "bad", false, "denied"],
        ["a.yaml", 2, "Kustomization", "team-a", "app", true, "allowed"],
      ],
    );
    const [violation] = found[1]?.violations ?? [];
    assert.deepEqual(Object.keys(violation ?? {}), ["rule", "field", "found", "allowed", "message", "remedy"]);
    assert.deepEqual(
      [violation?.rule, violation?.field, violation?.found, violation?.allowed],
      ["K2", "spec.targetNamespace", '"kube-system"', '"team-a"'],
    );
  });

  it("judges AdmissionReviews from standard input as they stand", async (t) => {
    const { verdicts, path } = await desk(t, {});
    const review = (operation: string, username: string) =>
      JSON.stringify({
        apiVersion: "admission.k8s.io/v1",
        kind: "AdmissionReview",
        request: {
          uid: "1",
          operation,
          namespace: "team-a",
          name: "app",
          kind: { group: "kustomize.toolkit.fluxcd.io", version: "v1", kind: "Kustomization" },
          resource: { group: "kustomize.toolkit.fluxcd.io", version: "v1", resource: "kustomizations" },
          userInfo: { username, groups: [username] },
          object: { spec: {} },
        },
      });
    const lines = [
      review("CREATE", "bob"),
      review("DELETE", "bob"),
      review("CREATE", "system:masters"),
      review("NONE", "bob"),
    ];
    const stdin = () => Promise.resolve(Buffer.from(lines.join("\n")));
    const argv = ["-f", "-", "--policy", path("policy.yaml"), "--as", "alice", "--namespace", "x"];
    const { code, verdicts: found } = await verdicts(argv, { stdin });
    assert.equal(code, 2);
    assert.deepEqual(
      found.map(({ outcome }) => outcome),
      ["denied", "allowed", "exempt", "unreadable"],
    );
    assert.match(found[3]?.reason ?? "", /request\.operation is "NONE"/);
  });

  it("does not believe the documents under review about whose a namespace is", async (t) => {
    const forged = "apiVersion: v1\nkind: Namespace\nmetadata: {name: team-x, labels: {landlord.dev/tenant: x}}\n";
    const own = manifest({ namespace: "team-x", target: "team-x" }).replace(
      "serviceAccountName: team-a",
      "serviceAccountName: team-x",
    );
    const { verdicts, path } = await desk(t, { "a.yaml": `${forged}---\n${own}` });
    const { verdicts: found } = await verdicts(["-f", path("a.yaml"), "--cluster", path("facts.yaml")]);
    assert.deepEqual(
      found.map(({ allowed }) => allowed),
      [false, false],
    );
  });

  it("judges a change where it is told how things were", async (t) => {
    const { verdicts, path } = await desk(t, { "new.yaml": BAD, "old.yaml": BAD });
    const argv = ["-f", path("new.yaml"), "--policy", path("policy.yaml"), "--old", path("old.yaml")];
    assert.equal((await verdicts(argv)).verdicts[0]?.outcome, "tolerated");
    assert.equal((await verdicts([...argv, "--operation", "create"])).verdicts[0]?.outcome, "denied");
  });

  it("lets platform people pass, and says what it lets pass", async (t) => {
    const { verdicts, path } = await desk(t, { "a.yaml": BAD });
    const { code, verdicts: found } = await verdicts([
      "-f",
      path("a.yaml"),
      "--policy",
      path("policy.yaml"),
      "--as",
      "root",
      "--as-group",
      "system:masters",
    ]);
    assert.equal(code, 0);
    assert.deepEqual([found[0]?.outcome, found[0]?.warnings[0]?.why], ["exempt", "exempt"]);
  });

  it("sums up what would have been denied", async (t) => {
    const policy =
      "apiVersion: landlord.dev/v1alpha1\nkind: ConfinementPolicy\nspec: {tenants: {team-a: a}, warnOnly: [{rules: [K2]}]}\n";
    const { run, path } = await desk(t, { "a.yaml": BAD, "warn.yaml": policy });
    const { code, out } = await run(["-f", path("a.yaml"), "--policy", path("warn.yaml")]);
    assert.equal(code, 0);
    assert.match(
      out,
      /: allowed\n {2}line 12: would be denied: K2 .*\n1 document: 1 allowed, 0 denied; would have been denied \(warn-only\): K2 1\n$/,
    );
  });

  it("prints every format", async (t) => {
    const { run, path } = await desk(t, { "a.yaml": BAD });
    for (const [format, begin] of [
      ["text", path("")],
      ["json", "["],
      ["sarif", "{"],
      ["junit", "<?xml"],
    ] as const) {
      const { code, out } = await run(["-f", path("a.yaml"), "--policy", path("policy.yaml"), "-o", format]);
      assert.equal(code, 1);
      assert.ok(out.startsWith(begin), format);
    }
  });

  it("ends with 2 whatever else fails", async (t) => {
    const { run, path } = await desk(t, {});
    const stdin = () => Promise.reject(new Error("the pipe is broken"));
    const { code, error } = await run(["-f", "-", "--policy", path("policy.yaml")], { stdin });
    assert.equal(code, 2);
    assert.match(error, /cannot judge: the pipe is broken/);
  });

  it("takes several paths at once, as a shell's pattern gives them", async (t) => {
    const { verdicts, path } = await desk(t, { "a.yaml": GOOD, "b.yaml": GOOD, "c.yaml": GOOD });
    const argv = ["-f", path("a.yaml"), path("b.yaml"), "--policy", path("policy.yaml"), "-f", path("c.yaml")];
    assert.equal((await verdicts(argv)).verdicts.length, 3);
  });

  it("checks a policy alone", async (t) => {
    const { run, path } = await desk(t, { "bad-policy.yaml": "kind: Other\n" });
    assert.equal((await run(["--policy", path("policy.yaml")])).code, 0);
    assert.equal((await run(["--policy", path("bad-policy.yaml")])).code, 2);
  });

  it("says what is wrong with how it was called, and judges nothing", async (t) => {
    const { run, path } = await desk(t, {
      "a.yaml": GOOD,
      "bad-policy.yaml": "spec: {profile: nonsense}\n",
      "empty.yaml": "# nothing\n",
    });
    const policy = ["--policy", path("policy.yaml")];
    const file = ["-f", path("a.yaml")];
    for (const [argv, message] of [
      [["--cluster", path("facts.yaml")], /-f is needed/],
      [[...policy, "-f", path("empty.yaml")], /nothing to judge/],
      [[...policy, ...file, "-o", "yaml"], /--output is "yaml": must be one of text, json, sarif, junit/],
      [[...policy, ...file, "--operation", "PATCH"], /--operation is "PATCH"/],
      [
        [...file, "--policy", path("bad-policy.yaml")],
        /bad-policy\.yaml:1:1: [\s\S]*must be landlord\.dev\/v1alpha1[\s\S]*strict, baseline/,
      ],
      [[...file, "--policy", path("gone.yaml")], /read --policy .*: no such file/],
      [[...file], /--cluster .*spec\.tenants.*not scripted/],
      [[...policy, ...file, "--old", path("gone.yaml")], /read --old .*: no such file/],
    ] as const) {
      const { code, out, error } = await run(argv);
      assert.deepEqual([code, out], [2, ""], error);
      assert.match(error, message);
    }
  });

  it("judges a thousand documents in less than two seconds", async (t) => {
    const many = Array.from({ length: 1_000 }, (_, index) =>
      manifest({ name: `app-${index}`, target: index % 10 === 0 ? "kube-system" : "team-a" }),
    );
    const { run, path } = await desk(t, { "many.yaml": many.join("---\n") });
    const start = performance.now();
    const { out } = await run(["-f", path("many.yaml"), "--policy", path("policy.yaml")]);
    assert.ok(performance.now() - start < 2_000);
    assert.ok(out.endsWith("1000 documents: 900 allowed, 100 denied\n"));
  });

  it("starts without the libraries of the service: no client-node, no express, no driver", async (t) => {
    const { path } = await desk(t, {});
    const hook = `import { registerHooks } from "node:module";
      registerHooks({ load(url, context, next) { process.stderr.write(url + "\\n"); return next(url, context); } });`;
    const cli = fileURLToPath(new URL("../../../src/cli.ts", import.meta.url));
    const argv = [
      "--import",
      `data:text/javascript,${encodeURIComponent(hook)}`,
      cli,
      "review",
      "-f",
      "-",
      "--policy",
      path("policy.yaml"),
    ];
    const { status, stdout, stderr } = spawnSync(process.execPath, argv, {
      input: GOOD,
      encoding: "utf8",
      cwd: join(cli, "../.."),
    });
    assert.equal(status, 0, stdout);
    const loaded = new Set([...stderr.matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)/g)].map(([, name]) => name));
    assert.deepEqual(loaded, new Set(["commander", "js-yaml", "yaml", "zod"]));
    assert.doesNotMatch(stderr, /src\/(kube\/(client|credentials|transport)|http|main)/);
  });
});
