// Tenants' namespaces for benchmarks that need some, made as anybody makes them.
import { setTimeout as sleep } from "node:timers/promises";
import type { Sandbox } from "../sandbox/sandbox.ts";
import type { Namespace } from "../src/model/kube-object.ts";
import { TENANT_LABEL } from "../src/model/labels.ts";
import { isReady } from "../src/model/tenant.ts";

const LIMIT_MS = 30_000;

export const tenantBody = (name: string): string =>
  JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels: { [TENANT_LABEL]: name } } });

/** Makes one and waits until Landlord has set it up. */
export async function readyTenant({ api }: Pick<Sandbox, "api">, name: string): Promise<void> {
  const { status, text } = await api.call({ method: "POST", path: "/api/v1/namespaces", body: tenantBody(name) });
  if (status !== 201) throw new Error(`create Namespace ${name}: ${status}: ${text}`);
  const deadline = Date.now() + LIMIT_MS;
  for (;;) {
    const answer = await api.call({ path: `/api/v1/namespaces/${name}` });
    const { metadata }: Namespace = JSON.parse(answer.text);
    if (isReady(metadata)) return;
    if (Date.now() > deadline) throw new Error(`await tenant ${name}: not ready within ${LIMIT_MS} ms`);
    await sleep(50);
  }
}
