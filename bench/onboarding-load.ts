// How tenants come: one after another, at a fixed rate, or all at once. Each is made with one POST and followed by somebody who watches.
import type { Observer, Story } from "../sandbox/observer.ts";
import { openLoop } from "../sandbox/open-loop.ts";
import type { Known, Tenant } from "../src/initializer/step.ts";
import { roleBinding } from "../src/initializer/steps/role-binding.ts";
import { serviceAccount } from "../src/initializer/steps/service-account.ts";
import { NAMESPACE, ROLE_BINDING, SECRET, SERVICE_ACCOUNT } from "../src/kube/kinds.ts";
import type { Namespace, Secret } from "../src/model/kube-object.ts";
import { type HttpsClient, wanted } from "./https-load.ts";
import { tenantBody } from "./tenants.ts";

export interface Load {
  name: string;
  count: number;
  /** Resolves when all are done; rejects with the first that fails. */
  run<T>(one: (index: number) => Promise<T>): Promise<T[]>;
}

export const inARow = (count: number): Load => ({
  name: `${count} one after another`,
  count,
  async run<T>(one: (index: number) => Promise<T>) {
    const done: T[] = [];
    for (let index = 0; index < count; index++) done.push(await one(index));
    return done;
  },
});

export const atRate = (perSecond: number, seconds: number): Load => ({
  name: `${perSecond} a second for ${seconds} s`,
  count: perSecond * seconds,
  run: (one) => openLoop(one, { perSecond, seconds }),
});

export const atOnce = (count: number): Load => ({
  name: `${count.toLocaleString("en")} at once`,
  count,
  run: (one) => Promise.all(Array.from({ length: count }, (_, index) => one(index))),
});

/** Milliseconds since the POST was sent. */
export interface Onboarding {
  posted: number;
  account: number;
  binding: number;
  secret: number;
  /** The token is in the Secret. */
  filled: number;
  /** All objects are there. */
  complete: number;
  told: number;
  ready: number;
}

export interface Crowd {
  observer: Observer;
  client: HttpsClient;
  /** After which a tenant that is not ready has failed. */
  limitMs: number;
}

/** Undefined: it was not ready in time. Rejects unless the namespace is created. */
export async function onboard(name: string, { observer, client, limitMs }: Crowd): Promise<Onboarding | undefined> {
  const story = observer.story(name);
  const sent = performance.now();
  await wanted(201, client, { path: "/api/v1/namespaces", body: tenantBody(name) });
  const posted = performance.now();
  const seen = await within(story, limitMs);
  return seen && since(sent, { ...seen, posted });
}

async function within(story: Promise<Story>, limitMs: number): Promise<Story | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), limitMs);
  try {
    return await Promise.race([story, late]);
  } finally {
    clearTimeout(timer);
  }
}

function since(sent: number, { moments, complete, ready, posted }: Story & { posted: number }): Onboarding {
  const at = (what: string): number =>
    (moments.find((moment) => moment.what.startsWith(what))?.at ?? Number.NaN) - sent;
  return {
    posted: posted - sent,
    account: at("ServiceAccount "),
    binding: at("RoleBinding "),
    secret: at("Secret "),
    filled: at("the token in the Secret"),
    complete: complete - sent,
    told: at("TenantReady=True"),
    ready: ready - sent,
  };
}

/** Namespace, ServiceAccount, RoleBinding and a Secret of the same size by plain creates: nobody can be faster without doing less. Milliseconds. */
export async function bare(name: string, { client }: Observer): Promise<number> {
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

const NOTHING_KNOWN: Known = { now: 0, clusterCa: "", find: () => undefined };
