// What an ApplicationSet asks for: its name and a filter. An input that may have been meant otherwise is refused, never taken as "everybody".
import { GeneratorError } from "./refusal.ts";

/** Only tenants whose label `key` is exactly `value`: case and blanks count. */
export interface Filter {
  key: string;
  value: string;
}

/** Whose answer it is. Without a filter: every enabled tenant. */
export interface AnswerKey {
  applicationSetName: string;
  filter?: Filter;
}

/** Names of Kubernetes objects are no longer. */
const MAX_NAME = 253;
/** Keys are kept in the baseline, which has to fit into a ConfigMap. */
const MAX_FILTER = 1_024;

/** Throws GeneratorError 400. Parameters that have nothing to do with filtering are no part of the key. */
export function readKey(request: { applicationSetName: string; parameters: unknown }): AnswerKey {
  const { applicationSetName, parameters } = request;
  if (applicationSetName.length > MAX_NAME) throw bad(`applicationSetName is longer than ${MAX_NAME} characters`);
  const filter = parameters === undefined ? undefined : readFilter(parameters);
  return { applicationSetName, ...(filter === undefined ? {} : { filter }) };
}

/** Equal for keys that mean the same, and for no others. */
export function canonical({ applicationSetName, filter }: AnswerKey): string {
  return JSON.stringify(filter === undefined ? [applicationSetName] : [applicationSetName, filter.key, filter.value]);
}

function readFilter(parameters: unknown): Filter | undefined {
  if (typeof parameters !== "object" || parameters === null || Array.isArray(parameters)) {
    throw bad("input.parameters is not an object");
  }
  const given = new Map<string, unknown>(Object.entries(parameters));
  for (const name of given.keys()) {
    // a misspelt filter must not become no filter
    if (/^filter/i.test(name) && name !== "filterLabelKey" && name !== "filterLabelValue") {
      throw bad("the only parameters that begin with filter are filterLabelKey and filterLabelValue");
    }
  }
  if (!given.has("filterLabelKey") && !given.has("filterLabelValue")) return undefined;
  const key = text(given, "filterLabelKey");
  const value = text(given, "filterLabelValue");
  if (key === "") throw bad("filterLabelKey is empty");
  return { key, value };
}

function text(given: ReadonlyMap<string, unknown>, name: string): string {
  if (!given.has(name)) throw bad(`${name} is missing: filterLabelKey and filterLabelValue belong together`);
  const value = given.get(name);
  if (typeof value !== "string") throw bad(`${name} is not a string`);
  if (value.length > MAX_FILTER) throw bad(`${name} is longer than ${MAX_FILTER} characters`);
  return value;
}

const bad = (message: string): GeneratorError => new GeneratorError(400, message);
