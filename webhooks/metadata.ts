// The metadata of an object under review, as far as it is judged here.
import { isCopyable, isUnset, type JsonObject, own, stringMap } from "./json.ts";

export interface Metadata {
  name: string;
  uid: string;
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
  terminating: boolean;
}

/**
 * Reads `metadata`; what is not set is "" or an empty map. Undefined if there is none, or if it has a shape that kube-apiserver
 * could never have sent: callers then leave such an object alone, or take it for changed.
 */
export function metadataOf(object: JsonObject | undefined): Metadata | undefined {
  const metadata = own(object, "metadata");
  const labels = stringMap(own(metadata, "labels"));
  const annotations = stringMap(own(metadata, "annotations"));
  const isReadable = isCopyable(object) && isCopyable(metadata);
  if (!isReadable || labels === undefined || annotations === undefined) return undefined;
  return {
    name: textOf(own(metadata, "name")),
    uid: textOf(own(metadata, "uid")),
    labels,
    annotations,
    terminating: !isUnset(own(metadata, "deletionTimestamp")),
  };
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
