// Renders patches with the kustomize in the sandbox's own kubectl, many at a time, and says what became of the objects.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadAll } from "js-yaml";
import { runKubectl } from "../../sandbox/kubectl.ts";

/** An entry of `patches` whose texts may hold ID, which makes names unique, and HOME, the namespace that the objects come from. */
export interface Candidate {
  patch: string;
  /** The ConfigMap cm-ID, or also the Deployment dep-ID and the Widget wid-ID; left out: the patch has to name one of them. */
  target?: "cm" | "all";
  /** Rendered only where a namespace is set afterwards. */
  onlyBelowNamespace?: boolean;
  options?: Record<string, unknown>;
}

export interface Render {
  /** Undefined: kustomize rejects it, alone as well as among others. */
  moved: string[] | undefined;
}

const KINDS = [
  ["cm", "v1", "ConfigMap"],
  ["dep", "apps/v1", "Deployment"],
  ["wid", "example.com/v1", "Widget"],
] as const;
const STAYS = "home";
const SET = "top";

/** `directory` is for its files. */
export function createKustomize(command: string, directory: string) {
  /** Output of a tree in which objects of STAYS are patched as they are, and objects of another namespace below `namespace: SET`. */
  async function build(candidates: readonly Candidate[]): Promise<unknown[] | undefined> {
    const tree = await mkdtemp(join(directory, "kustomize-"));
    const resources = ["below"];
    const all = candidates.map((candidate, index) => ({ candidate, index }));
    await writeLayer(join(tree, "below"), all, { id: "b", home: "away", namespace: SET });
    const alone = all.filter(({ candidate }) => candidate.onlyBelowNamespace !== true);
    if (alone.length > 0) {
      resources.push("alone");
      await writeLayer(join(tree, "alone"), alone, { id: "a", home: STAYS });
    }
    await writeFile(join(tree, "kustomization.yaml"), JSON.stringify({ resources }));
    const args = ["kustomize", tree];
    const { code, stdout } = await runKubectl({ command, directory, kubeconfig: join(directory, "none"), args });
    await rm(tree, { recursive: true });
    return code === 0 ? loadAll(stdout) : undefined;
  }

  /** For each candidate what it moved; those that kustomize rejects are found by halving. */
  async function render(candidates: readonly Candidate[]): Promise<Render[]> {
    const built = await build(candidates);
    if (built !== undefined) {
      const moved = faults(built, candidates.length);
      if (moved.length === 0 || candidates.length === 1) return candidates.map(() => ({ moved }));
    } else if (candidates.length === 1) return [{ moved: undefined }];
    const half = Math.ceil(candidates.length / 2);
    return [...(await render(candidates.slice(0, half))), ...(await render(candidates.slice(half)))];
  }
  /** 8 for kustomize 5.8. */
  async function minorVersion(): Promise<number> {
    const args = ["version", "--client", "-o", "json"];
    const { stdout } = await runKubectl({ command, directory, kubeconfig: join(directory, "none"), args });
    const { kustomizeVersion } = JSON.parse(stdout) as { kustomizeVersion: string };
    return Number(kustomizeVersion.split(".")[1]);
  }
  return { render, minorVersion };
}

async function writeLayer(
  path: string,
  entries: readonly { candidate: Candidate; index: number }[],
  { id, home, namespace }: { id: string; home: string; namespace?: string },
): Promise<void> {
  const objects = entries.flatMap(({ index }) =>
    KINDS.map(([name, apiVersion, kind]) => ({
      apiVersion,
      kind,
      metadata: { name: `${name}-x${index}${id}`, namespace: home, labels: { a: "b" }, annotations: { c: "d" } },
      data: { key: "kube-system", map: { name: "x", namespace: "kube-system" }, list: ["a", "b"] },
      spec: { replicas: 1, template: { spec: { containers: [{ name: "a", image: "b", args: ["c"] }] } } },
    })),
  );
  const patches = entries.map(({ candidate: { patch, target, options }, index }) => ({
    patch: patch.replaceAll("ID", `x${index}${id}`).replaceAll("HOME", home),
    ...(target && { target: { name: `${target === "cm" ? "cm" : "[a-z]+"}-x${index}${id}` } }),
    ...(options === undefined ? {} : { options }),
  }));
  await mkdir(path);
  await writeFile(join(path, "objects.yaml"), objects.map((object) => `---\n${JSON.stringify(object)}\n`).join(""));
  await writeFile(
    join(path, "kustomization.yaml"),
    JSON.stringify({ resources: ["objects.yaml"], patches, namespace }),
  );
}

/** What is not where or what it was: whatever the patches did, only these namespaces and kinds may come out, and no more of each. */
function faults(built: readonly unknown[], count: number): string[] {
  const objects = built as {
    apiVersion?: unknown;
    kind?: unknown;
    metadata?: { namespace?: unknown };
    items?: unknown;
  }[];
  const wrong = objects.flatMap(({ apiVersion, kind, metadata, items }) => [
    ...(metadata?.namespace === STAYS || metadata?.namespace === SET ? [] : [`namespace ${metadata?.namespace}`]),
    ...(KINDS.some((known) => known[1] === apiVersion && known[2] === kind) ? [] : [`${apiVersion} ${kind}`]),
    ...(items === undefined ? [] : ["items"]),
  ]);
  const tooMany = KINDS.filter(([, , kind]) => objects.filter((object) => object.kind === kind).length > 2 * count);
  return [...wrong, ...tooMany.map(([, , kind]) => `more ${kind}s than before`)];
}
