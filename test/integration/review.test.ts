// `landlord review` with what it meets outside: a real kubectl to render and to compare with, a real cluster for its facts and its webhook.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { dirname } from "node:path";
import { before, describe, it } from "node:test";
import { startLandlord } from "../../sandbox/landlord.ts";
import type { Verdict } from "../../src/cli/review/verdict.ts";
import { readYaml } from "../../src/cli/review/yaml-reader.ts";
import { clusterOf } from "../helpers/cluster.ts";
import { desk, manifest } from "../helpers/review.ts";
import { sandboxOrSkip, useSandbox } from "../helpers/sandbox.ts";

const OPTIONS = { crds: ["flux"] } as const;
const { skip } = await sandboxOrSkip(OPTIONS);

/** All that readers of YAML take differently, as far as kubectl's answer is not refused. */
const WORDS = [
  "y Y yes Yes YES yEs n N no NO off Off on On ON true True TRUE tRUE false ~ null Null NULL nULL",
  "010 08 0888 0777 -010 0o14 0o8 0x1F 0x 0b11 -0b11 1_000 1__0 0_1 +1 -1 1. 0. .5 -.5 +.5 .5e3 1e3 1E-3 1e400 1e5x",
  "12:30 2001-01-01 2001-01-01T00:00:00Z 1.5.2 99999999999 = << .inf.x 'yes' \"010\" !!str|12",
].flatMap((line) => line.split(" "));
const YAML = `apiVersion: v1
kind: ConfigMap
metadata: {name: a}
scalars:
${WORDS.map((word) => `- ${word.replace("|", " ")}`).join("\n")}
-
- - nested
on: key
2: number
0x10: hexadecimal
base: &base {a: 1, b: {c: 2}}
other: &other {a: 3, d: 4}
merged: {<<: *base, e: 5}
both: {<<: [*base, *other]}
override: {<<: *base, a: 9}
folded: >
  one
  two

  three
literal: |+
  text

quoted: "a\\tb\\u00e9\\
  c"
`;

describe("review", { skip }, () => {
  const world = useSandbox(OPTIONS);
  const cluster = clusterOf(() => world.sandbox);
  const admin = (): string => world.sandbox.kubeconfig();

  /** The command line as people run it; `kubectl` is the sandbox's. */
  function review(argv: readonly string[], env: Record<string, string> = {}) {
    const path = `${dirname(world.sandbox.kubectlPath)}:${process.env["PATH"]}`;
    return spawnSync(process.execPath, ["src/cli.ts", "review", ...argv], {
      encoding: "utf8",
      env: { PATH: path, KUBECONFIG: "/nonexistent", ...env },
    });
  }

  before(async () => {
    await cluster.namespace("team-a", { "landlord.dev/tenant": "a" });
    await cluster.namespace("nobodys", {});
  });

  it("reads YAML as kubectl does", () => {
    const argv = ["annotate", "--local", "-f", "-", "x=y", "-o", "json"];
    const kubectls = JSON.parse(execFileSync(world.sandbox.kubectlPath, argv, { input: YAML, encoding: "utf8" }));
    delete kubectls.metadata.annotations;
    assert.deepEqual(readYaml(YAML)[0], kubectls);
  });

  it("asks the kubeconfig's cluster whose the namespaces are", async (t) => {
    const { path } = await desk(t, {
      "app.yaml": `${manifest()}---\n${manifest({ namespace: "nobodys", target: "nobodys" })}`,
    });
    const { status, stdout, stderr } = review(["-f", path("app.yaml"), "-o", "json"], { KUBECONFIG: admin() });
    assert.equal(status, 1, stderr);
    const verdicts: Verdict[] = JSON.parse(stdout);
    assert.deepEqual(
      verdicts.map(({ allowed }) => allowed),
      [true, false],
    );
  });

  it("says what would do where there is no cluster", async (t) => {
    const { path } = await desk(t, { "app.yaml": manifest() });
    const { status, stderr } = review(["-f", path("app.yaml")]);
    assert.equal(status, 2);
    for (const part of ["--cluster", "spec.tenants"]) assert.ok(stderr.includes(part), stderr);
  });

  it("renders directories that are kustomize's, and says why one cannot be", async (t) => {
    const { path } = await desk(t, {
      "apps/app/kustomization.yaml": "resources: [app.yaml]\nnamePrefix: rendered-\n",
      "apps/app/app.yaml": manifest({ target: "kube-system" }),
      "broken/kustomization.yaml": "resources: [gone.yaml]\n",
    });
    const policy = ["--policy", path("policy.yaml"), "-o", "json"];
    const names = (argv: readonly string[]): string[] =>
      (JSON.parse(review([...argv, ...policy]).stdout) as Verdict[]).map(({ name, outcome }) => `${name} ${outcome}`);
    assert.deepEqual(names(["-f", path("apps"), "--render"]), ["rendered-app denied"]);
    assert.deepEqual(names(["-f", path("apps")]), ["app denied", " not-judged"]);
    const { status, stdout } = review(["-f", path("broken"), "--render", "--policy", path("policy.yaml")]);
    assert.equal(status, 2);
    assert.match(stdout, /CANNOT BE JUDGED: cannot be rendered: kubectl kustomize: .*gone\.yaml/);
  });

  it("says what the webhook says", async (t) => {
    await startLandlord(world.sandbox);
    await cluster.ready("team-a");
    const wrong = manifest({ target: "kube-system" }).replace(
      "{kind: GitRepository, name: app}",
      "{kind: GitRepository, name: app, namespace: flux-system}",
    );
    const { path } = await desk(t, { "app.yaml": wrong });
    const verdicts: Verdict[] = JSON.parse(
      review(["-f", path("app.yaml"), "-o", "json"], { KUBECONFIG: admin() }).stdout,
    );
    const messages = verdicts.flatMap(({ violations }) => violations.map(({ message }) => message));
    assert.equal(messages.length, 2);
    const grant = ["create", "clusterrolebinding", "writers", "--clusterrole=landlord-tenant", "--user=developer"];
    assert.equal((await world.sandbox.kubectl(grant)).code, 0);
    const { stderr } = await world.sandbox.kubectl(["apply", "-f", "-"], { input: wrong, user: "developer" });
    for (const message of messages) assert.ok(stderr.includes(message), stderr);
  });
});
