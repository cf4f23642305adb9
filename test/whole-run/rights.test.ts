// What all integration suites together show of Landlord's rights: every one is used, and nothing was refused that it needs.
// test/run.ts runs this after the whole group; a run of some suites shows nothing.
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { AUDIT_FOLDER } from "../../sandbox/audit.ts";
import { runKubectl } from "../../sandbox/kubectl.ts";
import { type Overlay, renderManifests } from "../../sandbox/manifests.ts";
import { findParts } from "../../sandbox/sandbox.ts";
import { type Grant, grantsOf, missingGrants, type Use, unusedGrants, usesIn } from "../helpers/rights.ts";

/** What commands try with the service's account, in its Pod, and can do without: they say then that they cannot tell. */
const TRIED = {
  "get namespaces landlord in landlord": "break-glass: whom the Event is about",
  "list mutatingwebhookconfigurations.admissionregistration.k8s.io": "doctor: other people's webhooks",
  "list validatingwebhookconfigurations.admissionregistration.k8s.io": "doctor: other people's webhooks",
  "create namespaces": "doctor, a dry run: is the webhook called",
  "create kustomizations.kustomize.toolkit.fluxcd.io in team-a": "doctor, a dry run: is the webhook called",
  "bind clusterroles.rbac.authorization.k8s.io view in default": "doctor, a dry run: is the webhook called",
};

const folder = process.env[AUDIT_FOLDER] ?? "";
const skip = folder === "" && "there is no audit log: run all integration suites";

describe("Landlord's rights", { skip }, () => {
  let directory: string;
  let logs: { overlay: Overlay; uses: Use[] }[];

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "landlord-test-"));
    logs = globSync(join(folder, "*.jsonl")).flatMap((path) => {
      const note = path.replace(/\.jsonl$/, ".overlays");
      if (!existsSync(note)) return [];
      const uses = readFileSync(path, "utf8").split("\n").flatMap(usesIn);
      return [{ overlay: readFileSync(note, "utf8").includes("generator") ? "generator" : ".", uses }];
    });
  });
  after(() => rm(directory, { recursive: true, force: true }));

  async function grantsIn(overlay: Overlay): Promise<Grant[]> {
    const { programs } = await findParts();
    const kubeconfig = join(directory, "none");
    const kubectl = (args: readonly string[]) => runKubectl({ command: programs.kubectl, directory, kubeconfig, args });
    return grantsOf(await renderManifests({ kubectl }, overlay));
  }

  for (const [overlay, name] of [
    [".", "manifests"],
    ["generator", "manifests/generator"],
  ] as const) {
    const usesWith = (): Use[] => logs.filter((log) => log.overlay === overlay).flatMap(({ uses }) => uses);

    it(`of ${name} are all used by some suite`, async (t) => {
      const grants = await grantsIn(overlay);
      const uses = overlay === "." ? usesWith() : logs.flatMap((log) => log.uses);
      t.diagnostic(`${grants.length} rights, ${uses.length} requests`);
      assert.ok(uses.length > 1_000, `only ${uses.length} requests in the log`);
      assert.deepEqual(unusedGrants(grants, uses), []);
    });

    it(`of ${name} are enough: nothing else was refused`, async () => {
      const missing = missingGrants(await grantsIn(overlay), usesWith());
      assert.deepEqual(
        missing.filter((right) => !Object.hasOwn(TRIED, right)),
        [],
      );
    });
  }
});
