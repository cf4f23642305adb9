// What Argo CD would get for a question now, and how that differs from what was served. Looks, and remembers nothing.
import type { TenantStore } from "../tenants/store.ts";
import { kindIn } from "./advance.ts";
import type { BaselineStore } from "./baseline.ts";
import type { RemovalKind } from "./guard.ts";
import { canonical, readKey } from "./input.ts";
import { writeTenant } from "./params.ts";
import { takeSnapshot } from "./snapshot.ts";

export interface Preview {
  /** As in an answer: one object per tenant, by tenantId. */
  parameters: unknown[];
  /** Undefined where this question was never answered, so that there is nothing to compare with. */
  changes: { added: string[]; removed: { tenantId: string; why: RemovalKind }[] } | undefined;
}

/** Before the guard: it may hold back what is told as removed. Throws GeneratorError 400 for an input that is wrong. */
export async function preview(options: {
  store: Pick<TenantStore, "scan">;
  baseline: Pick<BaselineStore, "read">;
  request: { applicationSetName: string; parameters: unknown };
  paramsOverride: boolean;
  signal: AbortSignal;
}): Promise<Preview> {
  const { store, baseline, request, paramsOverride: override, signal } = options;
  const key = readKey(request);
  const snapshot = await takeSnapshot(store, signal);
  const wanted = snapshot.matching(key.filter);
  const parameters = [...wanted].flatMap((id): unknown[] => {
    const row = snapshot.rows.get(id);
    return row === undefined ? [] : [JSON.parse(writeTenant(row, { override }))];
  });
  const { baseline: before } = await baseline.read(signal);
  const served = before?.keys.get(canonical(key))?.served;
  if (served === undefined) return { parameters, changes: undefined };
  const removed = [...served].filter((id) => !wanted.has(id)).toSorted();
  return {
    parameters,
    changes: {
      added: [...wanted].filter((id) => !served.has(id)),
      removed: removed.map((tenantId) => ({ tenantId, why: kindIn(snapshot, tenantId) })),
    },
  };
}
