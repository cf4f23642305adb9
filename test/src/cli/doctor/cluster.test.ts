import assert from "node:assert/strict";
import { test } from "node:test";
import { boundedCluster } from "../../../../src/cli/doctor/cluster.ts";
import type { KubeClient } from "../../../../src/kube/client.ts";
import { CONFIG_MAP, NAMESPACE } from "../../../../src/kube/kinds.ts";
import type { AnswerHead } from "../../../../src/kube/transport.ts";
import { createFakeKube, kubeError } from "../../../helpers/kube-fake.ts";

const { signal } = new AbortController();
const namespace = (name: string) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } });

test("gives whole lists, whatever their pages", async () => {
  const kube = createFakeKube();
  for (const name of ["a", "b", "c"]) kube.put(namespace(name));
  const found = await boundedCluster(kube.client, signal).list(NAMESPACE);
  assert.deepEqual(
    found.map(({ metadata }) => metadata.name),
    ["a", "b", "c"],
  );
});

test("tries a create as a dry run, in somebody's name, within a time, and hears the warnings", async () => {
  const asked: Record<string, unknown>[] = [];
  const create = async (_kind: unknown, object: unknown, options: { onHead?: (head: AnswerHead) => void }) => {
    asked.push({ ...options });
    options.onHead?.({ date: undefined, warnings: ["K2"] });
    return object;
  };
  const client = { ...createFakeKube().client, create } as unknown as KubeClient;
  const { object, warnings } = await boundedCluster(client, signal).tryCreate(NAMESPACE, namespace("a"), "tenant");
  assert.deepEqual([object.metadata.name, warnings], ["a", ["K2"]]);
  const [{ dryRun, headers, timeoutMs, signal: given } = {}] = asked;
  assert.deepEqual([dryRun, headers, given], [true, { "impersonate-user": "tenant" }, signal]);
  assert.ok(Number(timeoutMs) <= 10_000);
});

test("knows which kinds are served", async () => {
  const paths: string[] = [];
  const getPath = async (path: string): Promise<unknown> => {
    paths.push(path);
    if (path.includes("kustomize")) throw kubeError(404, "NotFound");
    return { resources: [{ name: "configmaps" }] };
  };
  const cluster = boundedCluster({ ...createFakeKube().client, getPath }, signal);
  const kustomization = { ...CONFIG_MAP, apiVersion: "kustomize.toolkit.fluxcd.io/v1" };
  assert.deepEqual(
    [await cluster.serves(CONFIG_MAP), await cluster.serves(NAMESPACE), await cluster.serves(kustomization)],
    [true, false, false],
  );
  assert.deepEqual(paths, ["/api/v1", "/api/v1", "/apis/kustomize.toolkit.fluxcd.io/v1"]);
});
