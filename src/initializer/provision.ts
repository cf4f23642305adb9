// Runs the steps for one tenant, in order, up to the first that is not done. Decides nothing about the Namespace itself.
import type { KubeClient } from "../kube/client.ts";
import { isForbidden, isTerminating } from "../kube/errors.ts";
import { describe } from "../model/errors.ts";
import type { KubeObject } from "../model/kube-object.ts";
import type { TenantRow } from "../tenants/row.ts";
import { type Change, ConflictError, ensure, type Views, viewOf } from "./apply.ts";
import type { StepState } from "./status.ts";
import { type IssuedToken, isManagedFor, type Known, type Step, type StepResult, type Tenant } from "./step.ts";

/** How soon a foreign object that stands in the way is looked at again: its removal is not watched. */
const CONFLICT_CHECK_MS = 30_000;

export interface Provisioning {
  states: StepState[];
  /** Milliseconds after which to look again although nothing has changed; absent: not needed. */
  checkAfterMs?: number;
  /** What stopped a step, if it is worth a retry with back-off. */
  failure?: unknown;
}

export interface ProvisionDeps {
  client: KubeClient;
  views: Views;
  steps: readonly Step[];
  clusterCa: string;
  row?: TenantRow | undefined;
  now: number;
  signal: AbortSignal;
  /** Told of every write. */
  changed(object: KubeObject, change: Exclude<Change, "unchanged">): void;
}

/** Throws only when the namespace is on its way out: then there is nothing to provision and nothing to report. */
export async function provision(tenant: Tenant, deps: ProvisionDeps): Promise<Provisioning> {
  const states: StepState[] = [];
  const checks: number[] = [];
  for (const step of deps.steps) {
    try {
      const { waiting, renewAt } = await run(step, tenant, deps);
      if (renewAt !== undefined) checks.push(Math.max(0, renewAt - deps.now));
      if (waiting !== undefined) {
        const { reason, message, checkAfterMs } = waiting;
        return { states: [...states, { step: step.name, done: false, reason, message }], checkAfterMs };
      }
      states.push({ step: step.name, done: true, reason: "Applied", message: "as it should be" });
    } catch (error) {
      if (isTerminating(error)) throw error;
      states.push({ step: step.name, done: false, reason: reasonOf(error), message: describe(error) });
      return error instanceof ConflictError ? { states, checkAfterMs: CONFLICT_CHECK_MS } : { states, failure: error };
    }
  }
  return { states, ...(checks.length === 0 ? {} : { checkAfterMs: Math.min(...checks) }) };
}

async function run(step: Step, tenant: Tenant, deps: ProvisionDeps): Promise<StepResult> {
  const known = knownFor(tenant, deps);
  let result = step.build(tenant, known);
  if (result.wantsToken !== undefined) {
    result = step.build(tenant, { ...known, issued: await issue(tenant, result.wantsToken, deps) });
  }
  for (const object of result.objects) {
    const change = await ensure(object, tenant.namespaceUid, deps);
    if (change !== "unchanged") deps.changed(object, change);
  }
  return result;
}

function knownFor(tenant: Tenant, { views, clusterCa, row, now }: ProvisionDeps): Known {
  return {
    now,
    clusterCa,
    row,
    find: <T extends KubeObject>(kind: string, name: string): T | undefined => {
      const object = viewOf(views, kind).get({ namespace: tenant.namespace, name });
      return object !== undefined && isManagedFor(object, tenant.namespaceUid) ? (object as T) : undefined; // oxlint-disable-line typescript/no-unsafe-type-assertion -- kind and type go together
    },
  };
}

async function issue(
  tenant: Tenant,
  { serviceAccount, lifetimeSeconds }: NonNullable<StepResult["wantsToken"]>,
  { client, views, signal }: ProvisionDeps,
): Promise<IssuedToken> {
  const uid = viewOf(views, "ServiceAccount").get({ namespace: tenant.namespace, name: serviceAccount })?.metadata.uid;
  const { token, expiresAt } = await client.requestToken(
    { namespace: tenant.namespace, name: serviceAccount, ...(uid === undefined ? {} : { uid }) },
    { expirationSeconds: lifetimeSeconds },
    { signal },
  );
  return { token: token.open(), expiresAt };
}

function reasonOf(error: unknown): string {
  if (error instanceof ConflictError) return "Conflict";
  return isForbidden(error) ? "Forbidden" : "Failed";
}
