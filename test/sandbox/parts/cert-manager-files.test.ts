import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import {
  CAINJECTOR,
  CERT_MANAGER_CRDS,
  CONTROLLER,
  findCertManager,
} from "../../../sandbox/parts/cert-manager-files.ts";
import { scratch } from "../../helpers/scratch.ts";
import { fakeGo, GO_ENV, means, OUTPUT } from "../fake-tools.ts";

const CRDS = [
  "cert-manager.io_certificaterequests.yaml",
  "cert-manager.io_certificates.yaml",
  "cert-manager.io_clusterissuers.yaml",
  "cert-manager.io_issuers.yaml",
  "acme.cert-manager.io_challenges.yaml",
  "acme.cert-manager.io_orders.yaml",
];

/** A stand-in for Go that builds both programs, and has the CRDs of the module. */
async function goWithCertManager(t: TestContext): Promise<string> {
  const module = await scratch(t);
  const crds = join(module, "deploy", "crds");
  await mkdir(crds, { recursive: true });
  for (const file of CRDS) await writeFile(join(crds, file), file, { mode: 0o444 });
  const download = `if [ "$1" = mod ]; then printf '{"Dir": "%s"}' "${module}"; exit 0; fi\n`;
  return fakeGo(t, `${GO_ENV}${download}${OUTPUT}for p in ${CONTROLLER} ${CAINJECTOR}; do echo "$p" > "$out/$p"; done`);
}

describe("cert-manager's programs", () => {
  it("are built once into the cache", async (t) => {
    const LANDLORD_CACHE = await scratch(t);
    const first = means({ PATH: await goWithCertManager(t), LANDLORD_CACHE });
    const { controller, cainjector } = await findCertManager(first);
    assert.match(first.lines.join("\n"), /^building cert-manager v1\.\d+\.\d+ from source, once: 2 to 3 minutes /);
    assert.equal(await readFile(controller, "utf8"), `${CONTROLLER}\n`);
    assert.equal(await readFile(cainjector, "utf8"), `${CAINJECTOR}\n`);
    const second = means(first.env);
    assert.deepEqual(await findCertManager(second), { controller, cainjector });
    assert.deepEqual(second.lines, []);
  });

  it("come from LANDLORD_CERT_MANAGER_ASSETS, and are missing where one cannot be executed", async (t) => {
    const directory = await scratch(t);
    await writeFile(join(directory, CONTROLLER), "", { mode: 0o755 });
    await assert.rejects(findCertManager(means({ LANDLORD_CERT_MANAGER_ASSETS: directory })), {
      name: "MissingTool",
      message: /^LANDLORD_CERT_MANAGER_ASSETS names \S+, which lacks cert-manager-cainjector: /,
    });
    await writeFile(join(directory, CAINJECTOR), "", { mode: 0o755 });
    const files = await findCertManager(means({ LANDLORD_CERT_MANAGER_ASSETS: directory }));
    assert.deepEqual(files, { controller: join(directory, CONTROLLER), cainjector: join(directory, CAINJECTOR) });
  });

  it("are missing without Go, in a sentence that says what to do", async (t) => {
    const env = { PATH: await scratch(t), LANDLORD_CACHE: await scratch(t) };
    await assert.rejects(findCertManager(means(env)), {
      name: "MissingTool",
      message: /^Go is not installed: install Go 1\.\d+\.\d+ or newer, or set LANDLORD_CERT_MANAGER_ASSETS /,
    });
  });
});

describe("the CRDs of cert-manager", () => {
  it("come out of the pinned module once without a build, and then need no Go", async (t) => {
    const LANDLORD_CACHE = await scratch(t);
    const first = await CERT_MANAGER_CRDS.find(means({ PATH: await goWithCertManager(t), LANDLORD_CACHE }));
    assert.deepEqual(
      first.map(({ name }) => name),
      CRDS.map((file) => file.replace(/^(.*)_(.*)\.yaml$/, "$2.$1")),
    );
    assert.deepEqual(await Promise.all(first.map(({ path }) => readFile(path, "utf8"))), CRDS);
    assert.deepEqual(await readdir(LANDLORD_CACHE), ["cert-manager-crds"]);
    assert.deepEqual(await CERT_MANAGER_CRDS.find(means({ PATH: "/not/there", LANDLORD_CACHE })), first);
  });

  it("are missing where the directory lacks one", async (t) => {
    const LANDLORD_CERT_MANAGER_ASSETS = await scratch(t);
    for (const file of CRDS.slice(1)) await writeFile(join(LANDLORD_CERT_MANAGER_ASSETS, file), "");
    await assert.rejects(CERT_MANAGER_CRDS.find(means({ LANDLORD_CERT_MANAGER_ASSETS })), {
      name: "MissingTool",
      message: /which lacks cert-manager\.io_certificaterequests\.yaml: /,
    });
  });
});
