// What of a patch moves an object: changes its namespace, kind or apiVersion, or lets kustomize or who applies lose sight of them.
// Found by reading and running kustomize 5.0 to 5.8; the differential test holds it to that.
//
// After a merge kustomize restores namespace, name and kind. A patch with a target gets the object's own apiVersion before; one
// without finds its object by apiVersion, kind and name. So a merge may name whatever it likes, but not switch that off.

import type { Operation } from "../../patch-text/operation.ts";
import { formatPointer, type Pointer } from "../../patch-text/pointer.ts";
import { isStrictObject, type StrictObject, type StrictValue } from "../../patch-text/strict-yaml.ts";
import { quote } from "../../text.ts";

/** One thing in a patch that moves objects, as the parts of a violation. */
export interface Move extends Advice {
  found: string;
}

/** Where the patches stand. */
export interface Scope {
  /** The namespace that the objects are meant to stay in. */
  namespace: string;
  /** It is set after the patch, so that exactly /metadata/namespace may be written. */
  namespaceMayMove: boolean;
}

interface Advice {
  allowed: string;
  remedy: string;
}

/** Kept by kustomize: by which ids it finds an object, whether a patch may change kinds, whose namespace it leaves alone. */
const BOOKKEEPING =
  /^(?:internal\.|alpha\.)?config\.kubernetes\.io\/(?!(?:depends-on|local-config)$)|^config\.k8s\.io\//;
/** Flux puts variables in after kustomize has set the namespace. In a key they can make a second `metadata` or `namespace`, which wins. */
const VARIABLE = "${";

function identity({ namespace }: Scope): Advice {
  const remedy = `leave the object in ${quote(namespace)}, and say in its manifest what it is`;
  return { allowed: "what keeps namespace, kind and apiVersion", remedy };
}
const ITEMS: Advice = {
  allowed: "no items at the root, which make an object a list of others",
  remedy: "put further objects into the source",
};
const BOOKS: Advice = {
  allowed: "annotations other than kustomize's own",
  remedy: "leave annotations of config.kubernetes.io out",
};
const UNSEEN: Advice = {
  allowed: "annotations that are written out",
  remedy: "add each annotation at its own path",
};
const KEYS: Advice = {
  allowed: "keys without variables at the root and in metadata",
  remedy: "write the key out",
};
const VERSION: Advice = {
  allowed: 'an apiVersion such as "v1" or "apps/v1"',
  remedy: 'leave the "/" at its beginning out',
};

export function movesOfOperation(operation: Operation, scope: Scope): Move[] {
  const { op, path, from } = operation;
  if (op === "test") return []; // nor does it move anything that copy reads it
  const written = op === "move" && from !== undefined ? [path, from] : [path];
  return written.flatMap((pointer) => {
    if (scope.namespaceMayMove && isNamespace(pointer)) return [];
    const advice = adviceOn(pointer, scope) ?? (pointer === path ? adviceOnAnnotations(operation) : undefined);
    return advice === undefined ? [] : [{ found: `${op} ${formatPointer(pointer) || "the whole object"}`, ...advice }];
  });
}

export function movesOfDocument(document: StrictObject, scope: Scope): Move[] {
  const { apiVersion, kind: _, metadata = null, ...rest } = document;
  const { namespace: __, annotations = null, ...members } = isStrictObject(metadata) ? metadata : {};
  const pointers = [
    ...Object.keys(rest).map((key) => [key]),
    ...Object.keys(members).map((key) => ["metadata", key]),
    ...keysOf(annotations).map((key) => ["metadata", "annotations", key]),
  ];
  const moves = pointers.flatMap((pointer): Move[] => {
    const advice = adviceOn(pointer, scope);
    return advice === undefined ? [] : [{ found: formatPointer(pointer), ...advice }];
  });
  // Taken for the same version as without the slash, and then written over it.
  const isOdd = typeof apiVersion === "string" && apiVersion.startsWith("/");
  return isOdd ? [{ found: apiVersion, ...VERSION }, ...moves] : moves;
}

/** What writing there does, or in what lies within. */
function adviceOn([root, member, key]: Pointer, scope: Scope): Advice | undefined {
  if (root === undefined || root === "kind" || root === "apiVersion") return identity(scope);
  if (root === "items") return ITEMS;
  if (root.includes(VARIABLE)) return KEYS;
  if (root !== "metadata") return undefined;
  if (member === undefined || member === "namespace") return identity(scope);
  if (member.includes(VARIABLE)) return KEYS;
  return member === "annotations" && key !== undefined && BOOKKEEPING.test(key) ? BOOKS : undefined;
}

/** The same of annotations that are written as a whole. */
function adviceOnAnnotations({ op, path, value = null }: Operation): Advice | undefined {
  const [root, member, ...keys] = path;
  if (root !== "metadata" || member !== "annotations" || keys.length > 0) return undefined;
  if (op === "copy" || op === "move") return UNSEEN;
  if (value !== null && !isStrictObject(value)) return UNSEEN; // kustomize breaks off at a list
  return keysOf(value).some((key) => BOOKKEEPING.test(key)) ? BOOKS : undefined;
}

function isNamespace([root, member, ...rest]: Pointer): boolean {
  return root === "metadata" && member === "namespace" && rest.length === 0;
}

function keysOf(value: StrictValue): string[] {
  return isStrictObject(value) ? Object.keys(value) : [];
}
