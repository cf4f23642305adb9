// Brings one managed object to the state that a step wants, with as few writes as possible, and never at a foreign object's cost.
import type { KubeClient } from "../kube/client.ts";
import { isAlreadyExists } from "../kube/errors.ts";
import { type Kind, ROLE_BINDING, SECRET, SERVICE_ACCOUNT } from "../kube/kinds.ts";
import type { OwnWrites } from "../kube/own-writes.ts";
import { TerminalError } from "../model/errors.ts";
import type { KubeObject } from "../model/kube-object.ts";
import { covers } from "./covers.ts";
import { isManagedFor } from "./step.ts";

/** Kinds that steps may make, each with its fields that the API server never lets change. */
export const MANAGED_KINDS: readonly { kind: Kind; immutable: readonly string[] }[] = [
  { kind: SERVICE_ACCOUNT, immutable: [] },
  { kind: ROLE_BINDING, immutable: ["roleRef"] },
  { kind: SECRET, immutable: ["type"] },
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
  const { kind, immutable } = managedKind(desired.kind);
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
  if (covers(existing, desired)) return "unchanged";
  const metadata = { ...desired.metadata, ...uidOf(existing) };
  view.wrote(await deps.client.apply(kind, { ...desired, metadata }, { signal: deps.signal }));
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
