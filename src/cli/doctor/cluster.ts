// The client as checks are given it: bounded in time, whole lists, creates that store nothing.

import { own } from "../../../webhooks/json.ts";
import type { CallOptions, KubeClient } from "../../kube/client.ts";
import { isNotFound } from "../../kube/errors.ts";
import type { Kind } from "../../kube/kinds.ts";
import type { AnswerHead } from "../../kube/transport.ts";
import type { KubeObject } from "../../model/kube-object.ts";
import type { Cluster } from "./check.ts";

/** Of one call; the whole command has a deadline of its own. */
const CALL_MS = 8_000;

export function boundedCluster(client: KubeClient, signal: AbortSignal): Cluster {
  const bounds: CallOptions = { signal, timeoutMs: CALL_MS };
  return {
    get: (kind, ref) => client.get(kind, ref, bounds),
    async list<T extends KubeObject>(kind: Kind, options = {}) {
      const items: T[] = [];
      for await (const page of client.list<T>(kind, { ...options, ...bounds })) items.push(...page.items);
      return items;
    },
    ask: (kind, review) => client.create(kind, review, bounds),
    async tryCreate(kind, object, as) {
      let head: AnswerHead | undefined;
      const created = await client.create(kind, object, {
        ...bounds,
        dryRun: true,
        ...(as === undefined ? {} : { headers: { "impersonate-user": as } }),
        onHead: (told) => void (head = told),
      });
      return { object: created, warnings: head?.warnings ?? [] };
    },
    async serves(kind) {
      try {
        const { apiVersion } = kind;
        const served = await client.getPath(
          apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`,
          bounds,
        );
        return namesIn(served).includes(kind.plural);
      } catch (error) {
        if (isNotFound(error)) return false;
        throw error;
      }
    },
  };
}

/** Of an APIResourceList. */
function namesIn(served: unknown): unknown[] {
  const resources = own(served, "resources");
  return Array.isArray(resources) ? resources.map((resource: unknown) => own(resource, "name")) : [];
}
