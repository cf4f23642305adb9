// From the POST of a Namespace to everything being there, as a client sees it that watches: one tenant after another.
import { startLandlord } from "../sandbox/landlord.ts";
import { createObserver, type Observer } from "../sandbox/observer.ts";
import { startSandbox } from "../sandbox/sandbox.ts";
import type { Known, Tenant } from "../src/initializer/step.ts";
import { roleBinding } from "../src/initializer/steps/role-binding.ts";
import { serviceAccount } from "../src/initializer/steps/service-account.ts";
import { NAMESPACE, ROLE_BINDING, SECRET, SERVICE_ACCOUNT } from "../src/kube/kinds.ts";
import type { Namespace, Secret } from "../src/model/kube-object.ts";
import type { Benchmark, Table } from "./bench.ts";

const IN_A_ROW = 100;
const WARM_UP = 20;

export const onboarding: Benchmark = {
  name: "onboarding",
  about: "namespace POST until its objects are there and until it is ready, 100 in a row, both token modes",
  async run(log) {
    const tables: Table[] = [];
    for (const mode of ["bound", "legacy"] as const) tables.push(await measure(mode, log));
    return tables;
  },
};

async function measure(mode: "bound" | "legacy", log: (line: string) => void): Promise<Table> {
  log(`${mode} tokens: a sandbox, ${WARM_UP} to warm up, then ${IN_A_ROW} in a row`);
  const sandbox = await startSandbox();
  const observer = createObserver(sandbox);
  try {
    await observer.listening;
    const floor = await inARow((index) => bare(observer, `bare-${index}`));
    await startLandlord(sandbox, { settings: { LANDLORD_TOKEN_MODE: mode } });
    const complete: number[] = [];
    const ready = await inARow(async (index) => {
      const story = await tenant(observer, `tenant-${index}`);
      if (index >= WARM_UP) complete.push(story.complete);
      return story.ready;
    });
    return {
      title: `onboarding, ${mode} tokens`,
      series: [
        { name: "a client creates the same objects one by one", samples: floor },
        { name: "ServiceAccount, RoleBinding, token Secret there", samples: complete },
        { name: "TenantReady and marked", samples: ready },
      ],
    };
  } finally {
    await observer.close();
    await sandbox.stop();
  }
}

async function inARow(one: (index: number) => Promise<number>): Promise<number[]> {
  const samples: number[] = [];
  for (let index = 0; index < WARM_UP + IN_A_ROW; index++) samples.push(await one(index));
  return samples.slice(WARM_UP);
}

/** Namespace, ServiceAccount, RoleBinding and a Secret of the same size by plain creates: nobody can be faster without doing less. */
async function bare({ client }: Observer, name: string): Promise<number> {
  const started = performance.now();
  const { metadata } = await client.create<Namespace>(NAMESPACE, {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name },
  });
  const owner: Tenant = { id: name, namespace: name, namespaceUid: metadata.uid ?? "", clusterRole: "view" };
  for (const [kind, step] of [
    [SERVICE_ACCOUNT, serviceAccount],
    [ROLE_BINDING, roleBinding],
  ] as const) {
    for (const object of step.build(owner, NOTHING_KNOWN).objects) await client.create(kind, object);
  }
  const secret: Secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: `${name}-token`, namespace: name },
    type: "Opaque",
    data: { token: Buffer.alloc(900, "t").toString("base64") },
  };
  await client.create(SECRET, secret);
  return performance.now() - started;
}

async function tenant(observer: Observer, name: string): Promise<{ complete: number; ready: number }> {
  const story = observer.story(name);
  const started = performance.now();
  const metadata = { name, labels: { "landlord.dev/tenant": name } };
  await observer.client.create<Namespace>(NAMESPACE, { apiVersion: "v1", kind: "Namespace", metadata });
  const { complete, ready } = await story;
  return { complete: complete - started, ready: ready - started };
}

const NOTHING_KNOWN: Known = { now: 0, clusterCa: "", find: () => undefined };
