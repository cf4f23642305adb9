// Runs `landlord review` over files that a test writes, and gives back its output read as JSON.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import type { CommandDeps } from "../../src/cli/command.ts";
import type { Verdict } from "../../src/cli/review/verdict.ts";
import { loadConfig } from "../../src/config.ts";
import { reviewPolicy } from "../../src/service/review-policy.ts";
import { type CliRun, runLine } from "./cli.ts";
import { scratch } from "./scratch.ts";

export const FACTS = `apiVersion: v1
kind: Namespace
metadata: {name: team-a, labels: {landlord.dev/tenant: a}}
---
apiVersion: v1
kind: Namespace
metadata: {name: flux-system}
`;

export const POLICY = `apiVersion: landlord.dev/v1alpha1
kind: ConfinementPolicy
spec:
  tenants: {team-a: a}
`;

/** A Kustomization that breaks no rule but for what the lines say that are put at the end of its spec. */
export function manifest({ name = "app", namespace = "team-a", target = "team-a", more = "" } = {}): string {
  return `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: ${name}
  namespace: ${namespace}
spec:
  interval: 5m
  path: ./
  prune: true
  serviceAccountName: team-a
  sourceRef: {kind: GitRepository, name: app}
  targetNamespace: ${target}
${more}`;
}

export interface Desk {
  /** Paths of the files by the names they were given. */
  path: (name: string) => string;
  run: (argv: readonly string[], deps?: Partial<CommandDeps>) => Promise<CliRun>;
  /** The same with `-o json`. */
  verdicts: (argv: readonly string[], deps?: Partial<CommandDeps>) => Promise<{ code: number; verdicts: Verdict[] }>;
}

/** Writes files into an empty directory. `facts.yaml` and `policy.yaml` are there, and the settings are the defaults. */
export async function desk(t: TestContext, files: Readonly<Record<string, string | Buffer>>): Promise<Desk> {
  const directory = await scratch(t);
  const path = (name: string): string => join(directory, name);
  for (const [name, content] of Object.entries({ "facts.yaml": FACTS, "policy.yaml": POLICY, ...files })) {
    await mkdir(dirname(path(name)), { recursive: true });
    await writeFile(path(name), content);
  }
  const policy: CommandDeps["policy"] = (text) => reviewPolicy(loadConfig({}), text);
  const run: Desk["run"] = (argv, deps = {}) => runLine(["review", ...argv], { deps: { policy, ...deps } });
  return {
    path,
    run,
    async verdicts(argv, deps) {
      const { code, out, error } = await run([...argv, "-o", "json"], deps);
      if (out === "") throw new Error(`no output, exit code ${code}: ${error}`);
      return { code, verdicts: JSON.parse(out) as Verdict[] };
    },
  };
}
