import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "../../../src/config.ts";
import { NAMESPACE } from "../../../src/kube/kinds.ts";
import { withCluster } from "../../../src/service/review-cluster.ts";
import { collect } from "../../helpers/collect.ts";
import { unreachable } from "../../helpers/unreachable.ts";

test("connects to the cluster that the settings name, and closes the connections again", async (t) => {
  const config = loadConfig({ KUBECONFIG: await unreachable(t) });
  await assert.rejects(
    withCluster(config, (client) => collect(client.list(NAMESPACE, {}))),
    /list namespaces/,
  );
});

test("says so where there is no kubeconfig", async () => {
  const config = loadConfig({ KUBECONFIG: "/nonexistent/config" });
  await assert.rejects(
    withCluster(config, () => Promise.resolve()),
    /kubeconfig/,
  );
});
