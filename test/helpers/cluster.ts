// Short words for what integration suites do with a cluster: objects in and out as JSON, and waiting for a tenant.
import assert from "node:assert/strict";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { Condition, KubeObject, Namespace } from "../../src/model/kube-object.ts";
import { eventually } from "./eventually.ts";

export const TENANT_LABELS = { "landlord.dev/tenant": "acme" };

export interface Cluster {
  /** Undefined: not there. */
  get<T extends KubeObject>(path: string): Promise<T | undefined>;
  list<T extends KubeObject>(path: string): Promise<T[]>;
  /** POST; fails the test unless it is created. */
  create<T extends KubeObject>(collection: string, object: object): Promise<T>;
  /** Merge patch; fails the test unless it is accepted. */
  patch(path: string, body: object): Promise<void>;
  remove(path: string): Promise<void>;
  namespace(name: string, labels?: Record<string, string>): Promise<Namespace>;
  condition(namespace: string, type: string): Promise<Condition | undefined>;
  /** Waits for TenantReady=True and the ready mark. */
  ready(namespace: string): Promise<Namespace>;
  /** Waits for all of them, with a list where many are waited for. */
  allReady(namespaces: readonly string[], limitMs?: number): Promise<void>;
  /** Waits until a condition of the Namespace has the reason. */
  reason(namespace: string, type: string, reason: string): Promise<Condition>;
}

export function clusterOf(sandbox: () => Sandbox): Cluster {
  const call = async (
    expected: number,
    method: string,
    path: string,
    body?: unknown,
    contentType?: string,
  ): Promise<string> => {
    const answer = await sandbox().api.call({
      method,
      path,
      ...(body === undefined ? {} : { body }),
      ...(contentType === undefined ? {} : { contentType }),
    });
    assert.equal(answer.status, expected, `${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.text;
  };
  const cluster: Cluster = {
    async get<T extends KubeObject>(path: string) {
      const { status, text } = await sandbox().api.call({ path });
      if (status === 404) return undefined;
      assert.equal(status, 200, `GET ${path}: ${status} ${text}`);
      return JSON.parse(text) as T;
    },
    list: async <T extends KubeObject>(path: string) =>
      (JSON.parse(await call(200, "GET", path)) as { items: T[] }).items,
    create: async <T extends KubeObject>(path: string, object: object) =>
      JSON.parse(await call(201, "POST", path, object)) as T,
    patch: async (path, body) => void (await call(200, "PATCH", path, body, "application/merge-patch+json")),
    remove: async (path) => void (await call(200, "DELETE", path)),
    namespace: (name, labels = TENANT_LABELS) => cluster.create("/api/v1/namespaces", { metadata: { name, labels } }),
    async condition(name, type) {
      const namespace = await cluster.get<Namespace>(`/api/v1/namespaces/${name}`);
      return namespace?.status?.conditions?.find((condition) => condition.type === type);
    },
    ready: (name) =>
      eventually(`${name} is ready`, async () => {
        const namespace = await cluster.get<Namespace>(`/api/v1/namespaces/${name}`);
        return namespace !== undefined && isReady(namespace) ? namespace : undefined;
      }),
    async allReady(names, limitMs = 60_000) {
      let missing = names;
      const look = async (): Promise<boolean> => {
        const ready = (await cluster.list<Namespace>("/api/v1/namespaces")).filter(isReady);
        const known = new Set(ready.map(({ metadata }) => metadata.name));
        missing = names.filter((name) => !known.has(name));
        return missing.length === 0;
      };
      await eventually(`${names.length} namespaces are ready`, look, limitMs).catch((cause: unknown) => {
        throw new Error(`not ready: ${missing.slice(0, 10).join(", ")}, ${missing.length} in all`, { cause });
      });
    },
    reason: (name, type, reason) =>
      eventually(`${type} of ${name} says ${reason}`, async () => {
        const condition = await cluster.condition(name, type);
        return condition?.reason === reason ? condition : undefined;
      }),
  };
  return cluster;
}

function isReady({ metadata, status }: Namespace): boolean {
  const condition = status?.conditions?.find(({ type }) => type === "TenantReady");
  return condition?.status === "True" && metadata.annotations?.["landlord.dev/initialized"] === metadata.uid;
}

export const decoded = (value: string | undefined): string => Buffer.from(value ?? "", "base64").toString("utf8");
