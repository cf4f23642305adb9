// From the POST of a Namespace to everything being there, as a client sees it that watches: how long in all, and how long in each step.
import { type RunningLandlord, startLandlord } from "../sandbox/landlord.ts";
import { createObserver, type Observer } from "../sandbox/observer.ts";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { type Benchmark, type Budget, type Figure, median, type Table } from "./bench.ts";
import { clientAs } from "./client-as.ts";
import { atOnce, atRate, bare, type Crowd, inARow, type Load, type Onboarding, onboard } from "./onboarding-load.ts";

type Mode = "bound" | "legacy";

const USER = "platform-admin";
const WARM_UP = inARow(20);
/** As many as the product's own client has. */
const CONNECTIONS = 48;
/** kube-controller-manager fills some ten token Secrets a second, whatever Landlord does. */
const LIMIT_MS: Record<Mode, number> = { bound: 60_000, legacy: 300_000 };

interface Goal {
  load: Load;
  /** Of bound tokens, in milliseconds from the POST to all objects. */
  budget?: Budget;
  /** Of bound tokens: seconds until all objects of all tenants are there. */
  allSeconds?: number;
}

const goalsOf = (quick: boolean): Goal[] => [
  { load: inARow(quick ? 10 : 100) },
  { load: atRate(20, quick ? 3 : 30), budget: { p50: 15, p99: 60 } },
  { load: atOnce(quick ? 100 : 1_000), allSeconds: 8 },
];

export const onboarding: Benchmark = {
  name: "onboarding",
  about: "namespace POST until everything is there: one after another, 20 a second, 1,000 at once; both token modes",
  async run({ log, quick }) {
    const tables: Table[] = [];
    for (const mode of ["bound", "legacy"] as const) tables.push(...(await measure(mode, goalsOf(quick), log)));
    return tables;
  },
};

async function measure(mode: Mode, goals: readonly Goal[], log: (line: string) => void): Promise<Table[]> {
  log(`${mode} tokens: a sandbox`);
  const sandbox = await startSandbox();
  const observer = createObserver(sandbox);
  const client = await clientAs(sandbox, { user: USER, connections: CONNECTIONS });
  const crowd = { observer, client, limitMs: LIMIT_MS[mode] };
  try {
    await mayDoAll(sandbox);
    await observer.listening;
    const floors = await floorsOf(goals, observer, log);
    const landlord = await startLandlord(sandbox, { settings: { LANDLORD_TOKEN_MODE: mode } });
    await WARM_UP.run((index) => onboard(`warm-up-${index}`, crowd));
    const tables: Table[] = [];
    for (const [index, goal] of goals.entries()) {
      log(`${mode} tokens: ${goal.load.name}`);
      const told = await crowded(`tenant-${index}`, goal.load, crowd);
      const figures = await figuresOf(told, { mode, goal, landlord });
      tables.push(...tablesOf(told, { mode, goal, floor: floors[index] ?? [], figures }));
    }
    return tables;
  } finally {
    client.close();
    await observer.close();
    await sandbox.stop();
  }
}

/** As Argo CD's and Flux's controllers: who is in system:masters would be judged by half of the webhooks only. */
async function mayDoAll(sandbox: Sandbox): Promise<void> {
  const grant = ["create", "clusterrolebinding", "bench", "--clusterrole=cluster-admin", `--user=${USER}`];
  const { code, stderr } = await sandbox.kubectl(grant);
  if (code !== 0) throw new Error(`grant rights to ${USER}: ${stderr.trim()}`);
}

async function floorsOf(goals: readonly Goal[], observer: Observer, log: (line: string) => void): Promise<number[][]> {
  await WARM_UP.run((index) => bare(`bare-warm-up-${index}`, observer));
  const floors: number[][] = [];
  for (const [index, { load }] of goals.entries()) {
    log(`a client creates the same objects: ${load.name}`);
    floors.push(await load.run((each) => bare(`bare-${index}-${each}`, observer)));
  }
  return floors;
}

interface Told {
  onboardings: Onboarding[];
  failed: number;
  /** From the first POST to the last tenant's last object. */
  seconds: number;
}

async function crowded(prefix: string, load: Load, crowd: Crowd): Promise<Told> {
  const begun = performance.now();
  const ends: number[] = [];
  const all = await load.run(async (index) => {
    const sent = performance.now();
    const told = await onboard(`${prefix}-${index}`, crowd);
    if (told !== undefined) ends.push(sent + told.complete);
    return told;
  });
  const onboardings = all.filter((told) => told !== undefined);
  return { onboardings, failed: all.length - onboardings.length, seconds: (Math.max(...ends) - begun) / 1000 };
}

async function figuresOf(
  { onboardings, failed, seconds }: Told,
  { mode, goal: { load, allSeconds }, landlord }: { mode: Mode; goal: Goal; landlord: RunningLandlord },
): Promise<Figure[]> {
  const isBound = mode === "bound";
  const { text } = await landlord.get("/metrics");
  const retries = Number(/^landlord_queue_retries_total\{queue="initializer"\} (\S+)$/m.exec(text)?.[1] ?? 0);
  const waited = median(onboardings.map(({ secret, filled, complete }) => (filled - secret) / complete));
  return [
    {
      name: `all objects of ${load.count.toLocaleString("en")} there after`,
      value: Math.round(seconds * 100) / 100,
      unit: "s",
      ...(isBound && allSeconds !== undefined ? { atMost: allSeconds } : {}),
    },
    { name: "tenants that were not ready in time", value: failed, unit: "", atMost: 0 },
    { name: "reconciles tried again since the start", value: retries, unit: "" },
    ...(isBound
      ? []
      : [
          {
            name: "share of it that kube-controller-manager takes to fill the Secret, median",
            value: Math.round(waited * 100),
            unit: "%",
          },
        ]),
  ];
}

function tablesOf(
  { onboardings }: Told,
  { mode, goal, floor, figures }: { mode: Mode; goal: Goal; floor: number[]; figures: Figure[] },
): Table[] {
  const title = `onboarding, ${mode} tokens, ${goal.load.name}`;
  const of = (value: (told: Onboarding) => number): number[] => onboardings.map(value);
  const budget = mode === "bound" && goal.budget !== undefined ? { budget: goal.budget } : {};
  return [
    {
      title: `${title}: since the POST`,
      series: [
        { name: "a client creates the same objects one by one", samples: floor },
        { name: "ServiceAccount, RoleBinding, token Secret there", samples: of(({ complete }) => complete), ...budget },
        { name: "TenantReady and marked", samples: of(({ ready }) => ready) },
      ],
      figures,
    },
    {
      title: `${title}: time in each step`,
      parts: true,
      series: [
        { name: "POST of the Namespace, webhooks included", samples: of(({ posted }) => posted) },
        {
          name: "answer to the POST until the ServiceAccount is seen",
          samples: of(({ account, posted }) => account - posted),
        },
        { name: "RoleBinding", samples: of(({ binding, account }) => binding - account) },
        { name: "Secret", samples: of(({ secret, binding }) => secret - binding) },
        { name: "token in the Secret", samples: of(({ filled, secret }) => filled - secret) },
        { name: "TenantReady", samples: of(({ told, filled }) => told - filled) },
        { name: "ready mark", samples: of(({ ready, told }) => ready - told) },
      ],
    },
  ];
}
