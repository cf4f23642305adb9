// Gathers what `landlord review` judges by: policy, facts, old objects. What is wrong with one of them stops everything: nothing was judged then.
import { readFile } from "node:fs/promises";
import type { Facts } from "../../../webhooks/facts.ts";
import type { JsonObject } from "../../../webhooks/json.ts";
import type { Policy } from "../../../webhooks/policy.ts";
import { CLUSTER_ROLE, type Kind, NAMESPACE } from "../../kube/kinds.ts";
import { describe } from "../../model/errors.ts";
import { fileFault } from "../../model/file-fault.ts";
import { type CommandDeps, UsageError } from "../command.ts";
import { readDocuments } from "./documents.ts";
import { factsOf } from "./facts.ts";
import { keyOf } from "./object-key.ts";
import { readSources } from "./sources.ts";

/** The policy file's, or the one of the settings; throws UsageError that names every fault with its place. */
export async function readPolicy(file: string, { policy }: Pick<CommandDeps, "policy">): Promise<Policy> {
  const result = await policy(file === "" ? undefined : await textOf(file, "--policy"));
  if ("policy" in result) return result.policy;
  const faults = result.faults.map(({ line, column, path, found, allowed }) => {
    return `${file}:${line}:${column}: ${path === "" ? "the policy" : path} is ${found}: ${allowed}`;
  });
  const [one] = faults.length === 1 ? faults : [];
  throw new UsageError(one ?? `the policy has ${faults.length} faults:\n${faults.join("\n")}`);
}

/** The facts of a file, or of the cluster; none where the policy itself says whose the namespaces are. */
export async function readFacts(
  file: string,
  policy: Policy,
  deps: Pick<CommandDeps, "withCluster" | "signal">,
): Promise<Facts> {
  if (file !== "") return factsOf(await readObjects(file, "--cluster"), policy.tenantLabels);
  if (policy.tenants !== null) return factsOf([], policy.tenantLabels);
  try {
    return factsOf(await listObjects(deps), policy.tenantLabels);
  } catch (error) {
    throw new UsageError(
      `whose are the namespaces? Neither --cluster nor the policy's spec.tenants tells, and the cluster does not either: ${describe(error)}`,
      { cause: error },
    );
  }
}

/** Objects as they are before the change, by group, kind, namespace and name. */
export async function readOld(path: string, namespace: string): Promise<ReadonlyMap<string, JsonObject>> {
  const objects = path === "" ? [] : await readObjects(path, "--old");
  return new Map(objects.map((object) => [keyOf(object, namespace === "" ? "default" : namespace), object]));
}

async function listObjects({
  withCluster,
  signal,
}: Pick<CommandDeps, "withCluster" | "signal">): Promise<JsonObject[]> {
  return await withCluster(async (client) => {
    const objects: JsonObject[] = [];
    const add = async (kind: Kind, metadataOnly: boolean): Promise<void> => {
      for await (const { items } of client.list(kind, { signal, metadataOnly }))
        objects.push(...items.map((item) => ({ ...item })));
    };
    await Promise.all([add(NAMESPACE, true), add(CLUSTER_ROLE, false)]);
    return objects;
  });
}

async function readObjects(path: string, option: string): Promise<JsonObject[]> {
  const objects: JsonObject[] = [];
  const stdin = (): Promise<Buffer> => Promise.reject(new UsageError(`${option} -: only -f may be standard input`));
  for await (const source of readSources([path], { stdin })) {
    if ("fault" in source) throw new UsageError(`read ${option} ${source.name}: ${source.fault}`);
    for (const document of readDocuments(source)) {
      if (!("fault" in document)) objects.push(document.value);
      else throw new UsageError(`read ${option} ${source.name}:${document.line ?? 1}: ${document.fault}`);
    }
  }
  return objects;
}

async function textOf(file: string, option: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new UsageError(`read ${option} ${file}: ${fileFault(error)}`, { cause: error });
  }
}
