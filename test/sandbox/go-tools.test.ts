import assert from "node:assert/strict";
import { chmod, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { isOlder } from "../../sandbox/go-module.ts";
import { buildFlags, findKube, KUBE_PROGRAMS } from "../../sandbox/go-tools.ts";
import { MissingTool } from "../../sandbox/missing-tool.ts";
import { eventually } from "../helpers/eventually.ts";
import { scratch } from "../helpers/scratch.ts";
import { fakeGo, GO_ENV, means, OUTPUT } from "./fake-tools.ts";

async function assets(t: TestContext, programs: readonly string[]): Promise<string> {
  const directory = await scratch(t);
  for (const program of programs) await writeFile(join(directory, program), "", { mode: 0o755 });
  return directory;
}

describe("the control plane's programs", () => {
  it("come from LANDLORD_KUBE_ASSETS before KUBEBUILDER_ASSETS", async (t) => {
    const [own, foreign] = [await assets(t, KUBE_PROGRAMS), await assets(t, KUBE_PROGRAMS)];
    const both = await findKube(means({ LANDLORD_KUBE_ASSETS: own, KUBEBUILDER_ASSETS: foreign }));
    assert.deepEqual(
      Object.values(both),
      KUBE_PROGRAMS.map((program) => join(own, program)),
    );
    assert.equal((await findKube(means({ KUBEBUILDER_ASSETS: foreign }))).etcd, join(foreign, "etcd"));
  });

  it("are asked for by name where the directory lacks one", async (t) => {
    const directory = await assets(t, ["etcd", "kube-apiserver", "kubectl"]);
    await assert.rejects(findKube(means({ KUBEBUILDER_ASSETS: directory })), (error: unknown) => {
      assert.ok(error instanceof MissingTool);
      assert.match(error.message, /^KUBEBUILDER_ASSETS names .* which has no executable kube-controller-manager: /);
      return true;
    });
  });

  it("are missing where one cannot be executed", async (t) => {
    const directory = await assets(t, KUBE_PROGRAMS);
    await chmod(join(directory, "etcd"), 0o644);
    await assert.rejects(findKube(means({ LANDLORD_KUBE_ASSETS: directory })), /no executable etcd:/);
  });

  it("are missing without Go, in a sentence that says what to do", async (t) => {
    const env = { PATH: await scratch(t), LANDLORD_CACHE: await scratch(t) };
    await assert.rejects(findKube(means(env)), (error: unknown) => {
      assert.ok(error instanceof MissingTool);
      assert.match(
        error.message,
        /^Go is not installed: install Go 1\.\d+\.\d+ or newer, or set LANDLORD_KUBE_ASSETS /,
      );
      return true;
    });
  });

  it("are missing with a Go that is too old to fetch a newer one", async (t) => {
    const PATH = await fakeGo(t, 'printf "go1.19.8\\nlinux\\namd64\\nv1\\n\\n"');
    const env = { PATH, LANDLORD_CACHE: await scratch(t) };
    await assert.rejects(findKube(means(env)), { name: "MissingTool", message: /^go1\.19\.8 is too old: / });
  });

  it("are missing with a Go that may not fetch a newer one, with its own words", async (t) => {
    const PATH = await fakeGo(t, 'echo "go: go.mod requires go >= 1.26.0 (GOTOOLCHAIN=local)" >&2; exit 1');
    const env = { PATH, LANDLORD_CACHE: await scratch(t) };
    await assert.rejects(findKube(means(env)), {
      name: "MissingTool",
      message: /\(go: go\.mod requires go >= 1\.26\.0 /,
    });
  });

  it("are built once into the cache", async (t) => {
    const made = 'for p in server kube-apiserver kube-controller-manager kubectl; do echo "$p" > "$out$p"; done\n';
    const PATH = await fakeGo(t, `${GO_ENV}${OUTPUT}echo "$@" >&2\n${made}`);
    const LANDLORD_CACHE = await scratch(t);
    const first = means({ PATH, LANDLORD_CACHE });
    const programs = await findKube(first);
    assert.match(first.lines.join("\n"), /^building Kubernetes v1\.\d+\.\d+ and etcd .* 6 to 10 minutes .* 4 GB /);
    assert.deepEqual(Object.keys(programs), [...KUBE_PROGRAMS]);
    const [key] = await readdir(join(LANDLORD_CACHE, "kube"));
    assert.deepEqual(await readdir(join(LANDLORD_CACHE, "kube", key ?? "")), [...KUBE_PROGRAMS].toSorted());

    const second = means({ PATH, LANDLORD_CACHE });
    assert.deepEqual(await findKube(second), programs);
    assert.deepEqual(second.lines, []);
  });

  it("leave nothing in the cache when the build fails, which is told with the compiler's last words", async (t) => {
    const PATH = await fakeGo(
      t,
      `${GO_ENV}${OUTPUT}echo half > "$out/etcd"; echo "k8s.io/api: no space left" >&2; exit 1`,
    );
    const LANDLORD_CACHE = await scratch(t);
    const building = findKube(means({ PATH, LANDLORD_CACHE }));
    await assert.rejects(
      building,
      /^Error: build Kubernetes v1\S+ and etcd: go exited with 1:\n.*k8s\.io\/api: no space left/,
    );
    assert.deepEqual(await readdir(join(LANDLORD_CACHE, "kube")), []);
  });

  it("leave nothing in the cache when the build is interrupted", async (t) => {
    const late = 'trap \'mkdir -p "$out"; echo late > "$out/late"; exit 1\' INT';
    const PATH = await fakeGo(t, `${GO_ENV}${OUTPUT}${late}\necho half > "$out/etcd"; while :; do sleep 0.01; done`);
    const LANDLORD_CACHE = await scratch(t);
    const controller = new AbortController();
    const building = findKube({ ...means({ PATH, LANDLORD_CACHE }), signal: controller.signal });
    const inCache = (): Promise<string[]> => readdir(join(LANDLORD_CACHE, "kube"), { recursive: true });
    const half = async (): Promise<boolean> => (await inCache().catch(() => [])).some((file) => file.endsWith("/etcd"));
    await eventually("half of it is there", half);
    controller.abort(new Error("no longer wanted"));
    await assert.rejects(building, /no longer wanted/);
    assert.deepEqual(await inCache(), []);
  });
});

describe("the build's flags", () => {
  it("stamp the version, so that /version tells it", () => {
    const flags = buildFlags("v1.36.4").at(-1);
    assert.match(flags ?? "", /version\.gitVersion=v1\.36\.4 .*gitMajor=1 .*gitMinor=36 /);
  });
});

describe("a version of Go", () => {
  for (const [version, older] of [
    ["go1.26.8", false],
    ["go1.26.0", false],
    ["go1.26", false],
    ["go1.27rc1", false],
    ["go2.0", false],
    ["go1.25.9", true],
    ["go1.9.7", true],
    ["", true],
  ] as const) {
    it(`${version || "that is not told"} is ${older ? "older" : "not older"} than 1.26.0`, () =>
      assert.equal(isOlder(version, "1.26.0"), older));
  }
});
