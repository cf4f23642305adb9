// `landlord review`: judges manifests and AdmissionReviews with the engine of the webhook, before they reach a cluster.

import type { Policy } from "../../webhooks/policy.ts";
import { rules } from "../../webhooks/validating/index.ts";
import { describe } from "../model/errors.ts";
import { type Command, type CommandDeps, type Given, listOf, textOf, UsageError } from "./command.ts";
import { ruleDocs } from "./explain/rule-docs.ts";
import { judgeClusterObjects } from "./review/cluster-objects.ts";
import { type Document, readDocuments, type Unreadable } from "./review/documents.ts";
import type { Format } from "./review/formats/format.ts";
import { formats } from "./review/formats/index.ts";
import { readFacts, readOld, readPolicy } from "./review/inputs.ts";
import { judgeDocuments } from "./review/judging.ts";
import { createLines } from "./review/positions.ts";
import { render } from "./review/render.ts";
import type { Assumed } from "./review/requests.ts";
import { readSources } from "./review/sources.ts";
import type { Reviewed } from "./review/verdict.ts";

const NAMES = formats.map(({ name }) => name);
const OPERATIONS = ["CREATE", "UPDATE", "DELETE"] as const;

export const review: Command = {
  name: "review",
  summary:
    "Judge manifests or AdmissionReviews by the rules of the webhook. Exit code 0: all allowed, 1: some denied, 2: cannot judge.",
  options: [
    {
      flags: "-f, --filename <path...>",
      about: "files, directories, or - for standard input; may be repeated",
      repeated: true,
    },
    { flags: "--cluster-objects", about: "what is in the kubeconfig's cluster already, in place of -f" },
    { flags: "--policy <file>", about: "policy file; without it what the settings say, and the service's defaults" },
    {
      flags: "--cluster <file>",
      about:
        "Namespaces and ClusterRoles as YAML; without it, and without tenants in the policy, the kubeconfig's cluster is asked",
    },
    { flags: "-n, --namespace <name>", about: "of manifests that name none", fallback: "default" },
    { flags: "--as <user>", about: "who asks; without it the ServiceAccount of the manifest's own namespace" },
    { flags: "--as-group <group>", about: "a group of who asks; may be repeated", repeated: true },
    {
      flags: "--operation <operation>",
      about: "CREATE, UPDATE or DELETE; without it UPDATE where --old has the object, and CREATE elsewhere",
    },
    { flags: "--old <path>", about: "file or directory with the objects as they are before the change" },
    { flags: "--render", about: "render directories that hold a kustomization, with kubectl or kustomize" },
    { flags: "-o, --output <format>", about: NAMES.join(", "), fallback: "text" },
  ],
  async run(given, deps) {
    try {
      return await reviewed(given, deps);
    } catch (error) {
      // whatever fails, 1 would mean that something is denied
      if (error instanceof UsageError || (error instanceof Error && error.name === "ConfigError")) throw error;
      throw new UsageError(`cannot judge: ${describe(error)}`, { cause: error });
    }
  },
};

async function reviewed(given: Given, deps: CommandDeps): Promise<number> {
  const format = formatOf(given);
  const assumed = assumedOf(given);
  const policy = await readPolicy(textOf(given, "policy"), deps);
  if (given["clusterObjects"] === true) return show(await readCluster(given, policy, deps), format, deps);
  if (listOf(given, "filename").length === 0 && textOf(given, "policy") !== "") {
    deps.out("the policy is valid; nothing else to judge: no -f");
    return 0;
  }
  const read = await readAll(given, deps);
  const old = await readOld(textOf(given, "old"), assumed.namespace);
  const facts = () => readFacts(textOf(given, "cluster"), policy, deps);
  const verdicts = await judgeDocuments(read, { rules, policy, assumed, old, facts });
  if (verdicts.length === 0) throw new UsageError("there is nothing to judge: -f names no document");
  return show(verdicts, format, deps);
}

function show(verdicts: readonly Reviewed[], format: Format, { out }: CommandDeps): number {
  out(format.show({ reviewed: verdicts, lineOf: createLines(), rules: ruleDocs }));
  return exitCode(verdicts);
}

async function readCluster(given: Given, policy: Policy, deps: CommandDeps): Promise<Reviewed[]> {
  if (listOf(given, "filename").length > 0 || textOf(given, "cluster") !== "") {
    throw new UsageError("--cluster-objects judges the cluster as it is: without -f, and without --cluster");
  }
  // its own Namespaces, whatever the policy says of their tenants: what is in none of them is gone meanwhile
  const facts = await readFacts("", { ...policy, tenants: null }, deps);
  return await deps.withCluster((client) => judgeClusterObjects({ client, rules, policy, facts, signal: deps.signal }));
}

async function readAll(given: Given, { stdin, signal }: CommandDeps): Promise<(Document | Unreadable)[]> {
  const paths = listOf(given, "filename");
  if (paths.length === 0) throw new UsageError("-f is needed: a file, a directory, or - for standard input");
  const rendered = given["render"] === true ? (directory: string) => render(directory, { signal }) : undefined;
  const read: (Document | Unreadable)[] = [];
  for await (const source of readSources(paths, { stdin, render: rendered })) {
    if ("fault" in source) read.push({ source: source.name, document: 0, fault: source.fault });
    else for (const document of readDocuments(source)) read.push(document);
  }
  return read;
}

function formatOf(given: Given): Format {
  const name = textOf(given, "output");
  const format = formats.find((one) => one.name === name);
  if (format === undefined)
    throw new UsageError(`--output is ${JSON.stringify(name)}: must be one of ${NAMES.join(", ")}`);
  return format;
}

function assumedOf(given: Given): Assumed {
  const asked = textOf(given, "operation").toUpperCase();
  const operation = OPERATIONS.find((known) => known === asked);
  if (asked !== "" && operation === undefined) {
    throw new UsageError(`--operation is ${JSON.stringify(asked)}: must be one of ${OPERATIONS.join(", ")}`);
  }
  return {
    namespace: textOf(given, "namespace"),
    user: textOf(given, "as"),
    groups: listOf(given, "asGroup"),
    operation,
  };
}

function exitCode(verdicts: readonly Reviewed[]): number {
  if (verdicts.some(({ verdict }) => verdict.outcome === "unreadable")) return 2;
  return verdicts.some(({ verdict }) => !verdict.allowed) ? 1 : 0;
}
