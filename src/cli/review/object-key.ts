// What object a manifest is about, as far as it says: its type, and a key by which the same object is found again.
import { type JsonObject, own } from "../../../webhooks/json.ts";

/** Group, kind, namespace and name of an object, as one text: the same object in whatever version of its API. */
export function keyOf(object: JsonObject, namespace: string): string {
  const { kind, apiVersion } = typeOf(object);
  const meta = own(object, "metadata");
  return JSON.stringify([
    groupOf(apiVersion),
    kind,
    textOf(own(meta, "namespace")) || namespace,
    textOf(own(meta, "name")),
  ]);
}

export function typeOf(object: JsonObject): { kind: string; apiVersion: string } {
  return { kind: textOf(own(object, "kind")), apiVersion: textOf(own(object, "apiVersion")) };
}

/** "" for the core group. */
export const groupOf = (apiVersion: string): string =>
  apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";

/** The value if it is text, "" otherwise. */
export const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
