import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { readModule, requiredVersion } from "../../../sandbox/go-module.ts";
import { CONTROLLER, FLUX_CRDS, findFlux } from "../../../sandbox/parts/flux-files.ts";
import { scratch } from "../../helpers/scratch.ts";
import { fakeGo, GO_ENV, means, OUTPUT } from "../fake-tools.ts";

const SOURCE = "github.com/fluxcd/kustomize-controller";
const CRDS = [
  "kustomize.toolkit.fluxcd.io_kustomizations.yaml",
  "source.toolkit.fluxcd.io_gitrepositories.yaml",
  "source.toolkit.fluxcd.io_ocirepositories.yaml",
  "source.toolkit.fluxcd.io_buckets.yaml",
  "source.toolkit.fluxcd.io_helmrepositories.yaml",
  "source.toolkit.fluxcd.io_helmcharts.yaml",
  "source.toolkit.fluxcd.io_externalartifacts.yaml",
  "helm.toolkit.fluxcd.io_helmreleases.yaml",
  "notification.toolkit.fluxcd.io_alerts.yaml",
  "notification.toolkit.fluxcd.io_providers.yaml",
  "notification.toolkit.fluxcd.io_receivers.yaml",
  "image.toolkit.fluxcd.io_imagerepositories.yaml",
  "image.toolkit.fluxcd.io_imagepolicies.yaml",
  "image.toolkit.fluxcd.io_imageupdateautomations.yaml",
  "fluxcd.controlplane.io_resourcesets.yaml",
  "fluxcd.controlplane.io_resourcesetinputproviders.yaml",
];

const MODULES = [
  "fluxcd/kustomize-controller",
  "fluxcd/source-controller",
  "fluxcd/helm-controller",
  "fluxcd/notification-controller",
  "fluxcd/image-reflector-controller",
  "fluxcd/image-automation-controller",
  "controlplaneio-fluxcd/flux-operator",
];

/** A stand-in for Go that builds the controller, has the CRDs of its modules, and writes down which modules it was asked for. */
async function goWithFlux(t: TestContext): Promise<{ PATH: string; asked: () => Promise<string> }> {
  const [module, notes] = [await scratch(t), await scratch(t)];
  const crds = join(module, "config", "crd", "bases");
  await mkdir(crds, { recursive: true });
  for (const file of CRDS) await writeFile(join(crds, file), file);
  const download = `if [ "$1" = mod ]; then echo "$@" >> "${notes}/asked"; printf '{"Dir": "%s"}' "${module}"; exit 0; fi\n`;
  const PATH = await fakeGo(t, `${GO_ENV}${download}${OUTPUT}echo program > "$out/${CONTROLLER}"`);
  return { PATH, asked: () => readFile(join(notes, "asked"), "utf8") };
}

describe("Flux's controller", () => {
  it("is built once into the cache", async (t) => {
    const LANDLORD_CACHE = await scratch(t);
    const first = means({ PATH: (await goWithFlux(t)).PATH, LANDLORD_CACHE });
    const files = await findFlux(first);
    assert.match(first.lines.join("\n"), /^building Flux's kustomize-controller v1\.\d+\.\d+ from source, once: /);
    assert.equal(await readFile(files.controller, "utf8"), "program\n");
    const second = means(first.env);
    assert.deepEqual(await findFlux(second), files);
    assert.deepEqual(second.lines, []);
  });

  it("comes from LANDLORD_FLUX_ASSETS, and is missing where it cannot be executed", async (t) => {
    const LANDLORD_FLUX_ASSETS = await scratch(t);
    await assert.rejects(findFlux(means({ LANDLORD_FLUX_ASSETS })), {
      name: "MissingTool",
      message: /^LANDLORD_FLUX_ASSETS names \S+, which lacks kustomize-controller: /,
    });
    const controller = join(LANDLORD_FLUX_ASSETS, CONTROLLER);
    await writeFile(controller, "", { mode: 0o755 });
    assert.deepEqual(await findFlux(means({ LANDLORD_FLUX_ASSETS })), { controller });
  });

  it("is missing without Go, in a sentence that says what to do", async (t) => {
    const env = { PATH: await scratch(t), LANDLORD_CACHE: await scratch(t) };
    await assert.rejects(findFlux(means(env)), {
      name: "MissingTool",
      message: /^Go is not installed: install Go 1\.\d+\.\d+ or newer, or set LANDLORD_FLUX_ASSETS /,
    });
  });

  it("has the version that its CRD has", async () => {
    const version = requiredVersion(await readModule("kustomize-controller"), SOURCE);
    assert.match(version, /^v1\.\d+\.\d+$/);
    assert.equal(requiredVersion(await readModule("flux"), SOURCE), version);
  });
});

describe("the CRDs of Flux", () => {
  it("come out of the pinned modules once without a build, and then need no Go", async (t) => {
    const LANDLORD_CACHE = await scratch(t);
    const { PATH, asked } = await goWithFlux(t);
    const first = await FLUX_CRDS.find(means({ PATH, LANDLORD_CACHE }));
    assert.deepEqual(
      (await asked()).replaceAll(/v\d+\.\d+\.\d+/g, "v"),
      MODULES.map((module) => `mod download -json github.com/${module}@v\n`).join(""),
    );
    assert.deepEqual(
      first.map(({ name }) => name),
      CRDS.map((file) => file.replace(".yaml", "").split("_").toReversed().join(".")),
    );
    assert.deepEqual(await Promise.all(first.map(({ path }) => readFile(path, "utf8"))), CRDS);
    assert.deepEqual(await readdir(LANDLORD_CACHE), ["flux-crds"]);
    assert.deepEqual(await FLUX_CRDS.find(means({ PATH: "/not/there", LANDLORD_CACHE })), first);
  });

  it("are missing where the directory lacks one", async (t) => {
    const LANDLORD_FLUX_ASSETS = await scratch(t);
    for (const file of CRDS.slice(1)) await writeFile(join(LANDLORD_FLUX_ASSETS, file), "");
    await assert.rejects(FLUX_CRDS.find(means({ LANDLORD_FLUX_ASSETS })), {
      name: "MissingTool",
      message: /which lacks kustomize\.toolkit\.fluxcd\.io_kustomizations\.yaml: /,
    });
  });

  it("are missing without Go where they are not in the cache", async (t) => {
    const finding = FLUX_CRDS.find(means({ PATH: "/not/there", LANDLORD_CACHE: await scratch(t) }));
    await assert.rejects(finding, { name: "MissingTool", message: /^Go is not installed: / });
  });
});
