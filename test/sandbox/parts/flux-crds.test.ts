import assert from "node:assert/strict";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { FLUX_CRDS } from "../../../sandbox/parts/flux-crds.ts";
import { scratch } from "../../helpers/scratch.ts";

const FILES = [
  "kustomize.toolkit.fluxcd.io_kustomizations.yaml",
  "source.toolkit.fluxcd.io_gitrepositories.yaml",
  "source.toolkit.fluxcd.io_ocirepositories.yaml",
  "source.toolkit.fluxcd.io_buckets.yaml",
];

describe("the CRDs of Flux", () => {
  it("come out of the pinned modules once, and then need no Go", async (t) => {
    const [modules, path, cache] = [await scratch(t), await scratch(t), await scratch(t)];
    const crds = join(modules, "config", "crd", "bases");
    await mkdir(crds, { recursive: true });
    for (const file of FILES) await writeFile(join(crds, file), file);
    const script = `#!/bin/sh\necho "$@" >> "${path}/asked"\nprintf '{"Dir": "%s"}' "${modules}"\n`;
    await writeFile(join(path, "go"), script);
    await chmod(join(path, "go"), 0o755);
    const { signal } = new AbortController();
    const log = (): void => undefined;
    const first = await FLUX_CRDS.find({ env: { PATH: `${path}:/bin`, LANDLORD_CACHE: cache }, log, signal });
    assert.deepEqual(
      (await readFile(join(path, "asked"), "utf8")).replaceAll(/v\d+\.\d+\.\d+/g, "v"),
      "mod download -json github.com/fluxcd/kustomize-controller@v\nmod download -json github.com/fluxcd/source-controller@v\n",
    );
    assert.deepEqual(
      first.map(({ name }) => name),
      [
        "kustomizations.kustomize.toolkit.fluxcd.io",
        "gitrepositories.source.toolkit.fluxcd.io",
        "ocirepositories.source.toolkit.fluxcd.io",
        "buckets.source.toolkit.fluxcd.io",
      ],
    );
    assert.deepEqual(await Promise.all(first.map((file) => readFile(file.path, "utf8"))), FILES);
    const second = await FLUX_CRDS.find({ env: { PATH: "/not/there", LANDLORD_CACHE: cache }, log, signal });
    assert.deepEqual(second, first);
  });

  it("are missing without Go where they are not in the cache", async (t) => {
    const env = { PATH: "/not/there", LANDLORD_CACHE: await scratch(t) };
    const finding = FLUX_CRDS.find({ env, log: () => undefined, signal: new AbortController().signal });
    await assert.rejects(finding, { name: "MissingTool", message: /^Go is not installed: / });
  });
});
