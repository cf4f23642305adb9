import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { ARGOCD_CRDS, CONTROLLER, findArgocd } from "../../../sandbox/parts/argocd-files.ts";
import { scratch } from "../../helpers/scratch.ts";
import { fakeGo, GO_ENV, means, OUTPUT } from "../fake-tools.ts";

const ROLE = `${CONTROLLER}-role.yaml`;
const CRDS = ["application-crd.yaml", "applicationset-crd.yaml", "appproject-crd.yaml"];

/** A stand-in for Go that builds the controller, and has the module's manifests. */
async function goWithArgocd(t: TestContext): Promise<string> {
  const module = await scratch(t);
  const manifests = join(module, "manifests");
  await mkdir(join(manifests, "crds"), { recursive: true });
  await mkdir(join(manifests, "base", "applicationset-controller"), { recursive: true });
  for (const file of CRDS) await writeFile(join(manifests, "crds", file), file, { mode: 0o444 });
  await writeFile(join(manifests, "base", "applicationset-controller", ROLE), "a role", { mode: 0o444 });
  const download = `if [ "$1" = mod ]; then printf '{"Dir": "%s"}' "${module}"; exit 0; fi\n`;
  return fakeGo(t, `${GO_ENV}${download}${OUTPUT}echo program > "$out/${CONTROLLER}"`);
}

describe("Argo CD's controller", () => {
  it("is built once into the cache, with the Role out of the same module", async (t) => {
    const LANDLORD_CACHE = await scratch(t);
    const first = means({ PATH: await goWithArgocd(t), LANDLORD_CACHE });
    const files = await findArgocd(first);
    assert.match(first.lines.join("\n"), /^building the ApplicationSet controller of Argo CD v3\.\d+\.\d+ .* once: /);
    assert.equal(await readFile(files.controller, "utf8"), "program\n");
    assert.equal(await readFile(files.role, "utf8"), "a role");
    const second = means(first.env);
    assert.deepEqual(await findArgocd(second), files);
    assert.deepEqual(second.lines, []);
  });

  it("comes from LANDLORD_ARGOCD_ASSETS, and is missing where it cannot be executed", async (t) => {
    const directory = await scratch(t);
    await writeFile(join(directory, ROLE), "");
    const finding = findArgocd(means({ LANDLORD_ARGOCD_ASSETS: directory }));
    await assert.rejects(finding, {
      name: "MissingTool",
      message: /^LANDLORD_ARGOCD_ASSETS names \S+, which lacks argocd-applicationset-controller: /,
    });
    await writeFile(join(directory, CONTROLLER), "", { mode: 0o755 });
    const files = await findArgocd(means({ LANDLORD_ARGOCD_ASSETS: directory }));
    assert.deepEqual(files, { controller: join(directory, CONTROLLER), role: join(directory, ROLE) });
  });

  it("is missing without Go, in a sentence that says what to do", async (t) => {
    const env = { PATH: await scratch(t), LANDLORD_CACHE: await scratch(t) };
    await assert.rejects(findArgocd(means(env)), {
      name: "MissingTool",
      message: /^Go is not installed: install Go 1\.\d+\.\d+ or newer, or set LANDLORD_ARGOCD_ASSETS /,
    });
  });
});

describe("the CRDs of Argo CD", () => {
  it("are fetched once without a build, and then need no Go", async (t) => {
    const LANDLORD_CACHE = await scratch(t);
    const first = await ARGOCD_CRDS.find(means({ PATH: await goWithArgocd(t), LANDLORD_CACHE }));
    assert.deepEqual(
      first.map(({ name }) => name),
      ["applications.argoproj.io", "applicationsets.argoproj.io", "appprojects.argoproj.io"],
    );
    assert.deepEqual(await Promise.all(first.map(({ path }) => readFile(path, "utf8"))), CRDS);
    assert.deepEqual(await readdir(LANDLORD_CACHE), ["argocd-crds"]);
    assert.deepEqual(await ARGOCD_CRDS.find(means({ PATH: "/not/there", LANDLORD_CACHE })), first);
  });

  it("are missing where the directory lacks one", async (t) => {
    const directory = await scratch(t);
    for (const file of CRDS.slice(1)) await writeFile(join(directory, file), "");
    await assert.rejects(ARGOCD_CRDS.find(means({ LANDLORD_ARGOCD_ASSETS: directory })), {
      name: "MissingTool",
      message: /which lacks application-crd\.yaml: /,
    });
  });
});
