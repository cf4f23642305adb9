// The same JSON, written down with its keys in the opposite order. Keys such as __proto__ stay what they are.
import { isObject } from "../../webhooks/json.ts";

export function reversed(value: unknown): unknown {
  const text = written(value);
  return text === undefined ? undefined : JSON.parse(text);
}

function written(value: unknown): string | undefined {
  if (Array.isArray(value)) return `[${value.map((item: unknown) => written(item) ?? "null").join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.entries(value)
    .map(([key, item]) => [key, written(item)] as const)
    .filter(([, text]) => text !== undefined);
  return `{${members
    .toReversed()
    .map(([key, text]) => `${JSON.stringify(key)}:${text}`)
    .join(",")}}`;
}
