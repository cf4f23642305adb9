// Brings one managed object to the state that a step wants, with as few writes as possible, and never at a foreign object's cost.
import type { KubeClient } from "../kube/client.ts";
import { isAlreadyExists } from "../kube/errors.ts";
import { CONFIG_MAP, type Kind, ROLE_BINDING, SECRET, SERVICE_ACCOUNT } from "../kube/kinds.ts";
import type { OwnWrites } from "../kube/own-writes.ts";
import { TerminalError } from "../model/errors.ts";
import type { KubeObject } from "../model/kube-object.ts";
import { covers } from "./covers.ts";
import { isManagedFor } from "./step.ts";

/**
 * Kinds that steps may make. `immutable`: fields that the API server never lets change. `whole`: maps that hold what the step says and
 * nothing else; in all others, what others add stays.
 */
export const MANAGED_KINDS: readonly { kind: Kind; immutable: readonly string[]; whole?: readonly string[] }[] = [
  { kind: SERVICE_ACCOUNT, immutable: [] },
  { kind: ROLE_BINDING, immutable: ["roleRef"] },
  { kind: SECRET, immutable: ["type"] },
  { kind: CONFIG_MAP, immutable: [], whole: ["data", "binaryData"] },
];

/** By kind: what is known of the managed objects. */
export type Views = ReadonlyMap<string, OwnWrites<KubeObject>>;
export type Change = "unchanged" | "created" | "applied" | "replaced";

/** An object of that name is there and is not Landlord's: it is left as it is. */
export class ConflictError extends TerminalError {
  override name = "ConflictError";
}

export interface ApplyDeps {
  client: KubeClient;
  views: Views;
  signal: AbortSignal;
}

/**
 * Creates with POST, which fails where a foreign object stands, and mends with server-side apply, bound to the UID that was looked at.
 * `namespaceUid`: the life of the namespace that objects must have been made for. Throws ConflictError; KubeErrors pass through.
 */
export async function ensure(desired: KubeObject, namespaceUid: string, deps: ApplyDeps): Promise<Change> {
  const { kind, immutable, whole = [] } = managedKind(desired.kind);
  const view = viewOf(deps.views, desired.kind);
  const known = view.get(desired.metadata);
  const ours = known !== undefined && isManagedFor(known, namespaceUid) ? known : undefined;
  const existing = ours ?? (await createOrFind(kind, desired, namespaceUid, deps));
  if (existing === "created") return "created";

  const fixed = Object.fromEntries(Object.entries(desired).filter(([field]) => immutable.includes(field)));
  if (!covers(existing, fixed)) {
    await replace(kind, existing, desired, deps);
    return "replaced";
  }
  const stale = whole.map((field) => staleIn(field, existing, desired)).filter((each) => each !== undefined);
  if (stale.length === 0 && covers(existing, desired)) return "unchanged";
  const wanted = { ...desired, metadata: { ...desired.metadata, ...uidOf(existing) } };
  const { client, signal } = deps;
  if (stale.length === 0) {
    view.wrote(await client.apply(kind, wanted, { signal }));
  } else {
    const body: unknown = Object.assign({}, wanted, ...stale); // apply would leave keys that others own, or that were there from the start
    view.wrote(await client.patch(kind, existing.metadata, { type: "merge", body }, { signal }));
  }
  return "applied";
}

async function createOrFind(
  kind: Kind,
  desired: KubeObject,
  namespaceUid: string,
  { client, views, signal }: ApplyDeps,
): Promise<KubeObject | "created"> {
  try {
    viewOf(views, desired.kind).wrote(await client.create(kind, desired, { signal }));
    return "created";
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
  const live = await client.get(kind, desired.metadata, { signal });
  if (isManagedFor(live, namespaceUid)) return live;
  throw new ConflictError(
    `${kind.kind} ${desired.metadata.name} is there already and not managed by landlord: it is left alone; delete it, or set this tenant up by hand`,
  );
}

async function replace(kind: Kind, existing: KubeObject, desired: KubeObject, deps: ApplyDeps): Promise<void> {
  const view = viewOf(deps.views, desired.kind);
  await deps.client.remove(kind, existing.metadata, uidOf(existing), { signal: deps.signal });
  view.removed(existing.metadata);
  view.wrote(await deps.client.create(kind, desired, { signal: deps.signal }));
}

/** The map as a merge patch that also takes out what is not wanted in it; undefined if there is no such key. */
function staleIn(field: string, existing: KubeObject, desired: KubeObject): Record<string, unknown> | undefined {
  const wanted = mapIn(field, desired);
  const gone = Object.keys(mapIn(field, existing)).filter((key) => !Object.hasOwn(wanted, key));
  if (gone.length === 0) return undefined;
  return { [field]: { ...wanted, ...Object.fromEntries(gone.map((key) => [key, null])) } };
}

function mapIn(field: string, object: KubeObject): Record<string, unknown> {
  const value: unknown = Object.entries(object).find(([name]) => name === field)?.[1];
  return typeof value === "object" && value !== null ? { ...value } : {};
}

const uidOf = ({ metadata: { uid } }: KubeObject): { uid?: string } => (uid === undefined ? {} : { uid });

function managedKind(name: string): (typeof MANAGED_KINDS)[number] {
  const found = MANAGED_KINDS.find(({ kind }) => kind.kind === name);
  if (found === undefined) throw new TerminalError(`apply ${name}: not a kind that steps may make`);
  return found;
}

/** The view of one kind. Throws TerminalError for a kind that is not watched. */
export function viewOf(views: Views, kind: string): OwnWrites<KubeObject> {
  const view = views.get(kind);
  if (view === undefined) throw new TerminalError(`look up ${kind}: not a kind that is watched`);
  return view;
}
