// Which of the rules' resources this cluster serves, and in which version: asked of the cluster, for Flux drops and adds versions.
import { isObject, own } from "../../webhooks/json.ts";
import type { Resource } from "../../webhooks/validating/resource.ts";
import type { KubeClient } from "../kube/client.ts";
import { isNotFound } from "../kube/errors.ts";
import type { Kind } from "../kube/kinds.ts";

/** Resolves to undefined where the resource is not served. Throws KubeError. */
export type Served = (resource: Resource) => Promise<Kind | undefined>;

/** Asks once for each group and version; to be made anew for each walk. */
export function createServed(client: Pick<KubeClient, "getPath">, signal: AbortSignal): Served {
  const answers = new Map<string, Promise<unknown>>();

  function ask(path: string): Promise<unknown> {
    const known = answers.get(path);
    if (known !== undefined) return known;
    const answer = client.getPath(path, { signal }).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
    answers.set(path, answer);
    return answer;
  }

  return async ({ group, resource, kind, clusterScoped }) => {
    const versions = group === "" ? ["v1"] : versionsOf(await ask(`/apis/${group}`));
    for (const version of versions) {
      const apiVersion = group === "" ? version : `${group}/${version}`;
      const list = await ask(`${group === "" ? "/api" : "/apis"}/${apiVersion}`);
      if (!namesOf(list, "resources", "name").includes(resource)) continue;
      return { apiVersion, kind, plural: resource, namespaced: clusterScoped !== true };
    }
    return undefined;
  };
}

/** The preferred one first: it need not serve every resource of the group. */
function versionsOf(group: unknown): string[] {
  const preferred = own(own(group, "preferredVersion"), "version");
  const versions = namesOf(group, "versions", "version");
  return typeof preferred === "string" ? [...new Set([preferred, ...versions])] : versions;
}

function namesOf(answer: unknown, list: string, key: string): string[] {
  const items = own(answer, list);
  if (!Array.isArray(items)) return [];
  return items.flatMap((item: unknown) => {
    const name = isObject(item) ? own(item, key) : undefined;
    return typeof name === "string" ? [name] : [];
  });
}
