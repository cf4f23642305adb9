// How one webhook in the cluster differs from the one that is shipped, and whether that lets through what should be judged. Pure.
import { isDeepStrictEqual } from "node:util";
import { NEVER } from "../../tls/break-glass.ts";
import type { InstallationSettings } from "../installation.ts";
import type { Requirement, Selector, Webhook, WebhookRule } from "./shipped.ts";

/** `what` completes a sentence that begins with the webhook's name. */
export interface Difference {
  /** Something is not judged, or not marked, that should be. */
  isHole: boolean;
  what: string;
}

type Settings = Pick<InstallationSettings, "platformNamespaces">;

/** The API server's own bound is 30; longer than this, and a Landlord that hangs makes clients give up. */
const LONGEST_TIMEOUT = 10;
const NAMESPACE_NAME = "kubernetes.io/metadata.name";

export function differences(actual: Webhook, shipped: Webhook, settings: Settings): Difference[] {
  return [
    ...ruleDifferences(actual, shipped),
    ...selectorDifferences(actual, shipped, settings),
    ...conditionDifferences(actual, shipped),
    ...fieldDifferences(actual, shipped),
    ...targetDifferences(actual, shipped),
  ];
}

function ruleDifferences({ rules: actual = [] }: Webhook, { rules: shipped = [] }: Webhook): Difference[] {
  const lost = shipped.flatMap((rule) => tuples(rule)).filter((tuple) => !actual.some((rule) => covers(rule, tuple)));
  const names = [
    ...new Set(lost.map(({ group, resource, operation }) => `${operation} ${resource}${group && `.${group}`}`)),
  ];
  if (names.length === 0) return [];
  const shown = names.length > 4 ? [...names.slice(0, 4), `${names.length - 4} more`] : names;
  return [{ isHole: true, what: `is not called for ${shown.join(", ")}` }];
}

interface Tuple {
  group: string;
  version: string;
  resource: string;
  operation: string;
  scope: string;
}

const tuples = (rule: WebhookRule): Tuple[] =>
  rule.apiGroups.flatMap((group) =>
    rule.apiVersions.flatMap((version) =>
      rule.resources.flatMap((resource) =>
        rule.operations.map((operation) => ({ group, version, resource, operation, scope: rule.scope ?? "*" })),
      ),
    ),
  );

function covers(rule: WebhookRule, { group, version, resource, operation, scope }: Tuple): boolean {
  const isSub = resource.includes("/");
  return (
    [group, "*"].some((name) => rule.apiGroups.includes(name)) &&
    [version, "*"].some((name) => rule.apiVersions.includes(name)) &&
    [resource, "*/*", ...(isSub ? [] : ["*"])].some((name) => rule.resources.includes(name)) &&
    [operation, "*"].some((name) => rule.operations.includes(name)) &&
    [scope, "*", undefined].includes(rule.scope)
  );
}

function selectorDifferences(actual: Webhook, shipped: Webhook, { platformNamespaces }: Settings): Difference[] {
  const found: Difference[] = [];
  if (!isDeepStrictEqual(normal(actual.objectSelector), normal(shipped.objectSelector))) {
    found.push({ isHole: true, what: "has an objectSelector: who leaves a label off is not judged" });
  }
  const [is, wanted] = [normal(actual.namespaceSelector), normal(shipped.namespaceSelector)];
  if (!isDeepStrictEqual(is.rest, wanted.rest)) {
    found.push({
      isHole: true,
      what: "has another namespaceSelector: it is not called in every namespace that it should be",
    });
  }
  const cut = is.without.filter((name) => !wanted.without.includes(name));
  const tenants = cut.filter((name) => !platformNamespaces.has(name));
  if (tenants.length > 0) found.push({ isHole: true, what: `leaves out ${tenants.join(", ")}, no platform namespace` });
  const missed = wanted.without.filter((name) => !is.without.includes(name));
  if (missed.length > 0) found.push({ isHole: false, what: `no longer leaves out ${missed.join(", ")}` });
  return found;
}

/** A selector as the namespaces that it cuts out by name, and everything else that it asks for. */
function normal({ matchExpressions = [], matchLabels = {} }: Selector = {}): { without: string[]; rest: unknown } {
  return {
    without: matchExpressions.filter(isCut).flatMap(({ values = [] }) => values),
    rest: { matchLabels, matchExpressions: matchExpressions.filter((each) => !isCut(each)) },
  };
}

const isCut = ({ key, operator }: Requirement): boolean => key === NAMESPACE_NAME && operator === "NotIn";

const squeezed = (text = ""): string => text.replaceAll(/\s+/g, " ").trim();

function conditionDifferences(
  { matchConditions: actual = [] }: Webhook,
  { matchConditions: shipped = [] }: Webhook,
): Difference[] {
  const foreign = actual.filter(({ name }) => name !== NEVER.name && !shipped.some((each) => each.name === name));
  const changed = shipped.filter(({ name, expression }) => {
    const own = actual.find((each) => each.name === name);
    return own !== undefined && squeezed(own.expression) !== squeezed(expression);
  });
  const lost = shipped.filter(({ name }) => !actual.some((each) => each.name === name));
  return [
    ...foreign.map(({ name }) => ({ isHole: true, what: `is called only under a further condition, ${name}` })),
    ...changed.map(({ name }) => ({ isHole: false, what: `has another expression in its condition ${name}` })),
    ...lost.map(({ name }) => ({
      isHole: false,
      what: `lacks the condition ${name}: it is called more often than it need be`,
    })),
  ];
}

function fieldDifferences(actual: Webhook, shipped: Webhook): Difference[] {
  const found: Difference[] = [];
  if (actual.failurePolicy !== shipped.failurePolicy) {
    const what = `has failurePolicy ${actual.failurePolicy ?? "Fail"}, not ${shipped.failurePolicy}`;
    found.push({ isHole: shipped.failurePolicy === "Fail", what });
  }
  if ((actual.matchPolicy ?? "Equivalent") !== shipped.matchPolicy) {
    found.push({ isHole: true, what: `has matchPolicy ${actual.matchPolicy}: other versions of a kind pass it by` });
  }
  for (const field of ["sideEffects", "reinvocationPolicy"] as const) {
    if (shipped[field] !== undefined && actual[field] !== shipped[field]) {
      found.push({ isHole: false, what: `has ${field} ${actual[field] ?? "unset"}, not ${shipped[field]}` });
    }
  }
  const { timeoutSeconds = 10 } = actual;
  if (timeoutSeconds > LONGEST_TIMEOUT) {
    found.push({ isHole: false, what: `has timeoutSeconds ${timeoutSeconds}: at most ${LONGEST_TIMEOUT} is wise` });
  }
  return found;
}

/** A `url` is what a Landlord outside the cluster is called by; of that only the path can be told. */
function targetDifferences(
  { clientConfig: actual }: Webhook,
  { clientConfig: { service: shipped } }: Webhook,
): Difference[] {
  if (shipped === undefined) return [];
  const is = actual.url === undefined ? actual.service : { ...shipped, path: pathOf(actual.url) };
  const where = ({ namespace, name, path = "/", port = 443 }: NonNullable<typeof shipped>): string =>
    `${namespace}/${name}:${port}${path}`;
  if (is !== undefined && where(is) === where(shipped)) return [];
  return [{ isHole: true, what: `calls ${is === undefined ? "nobody" : where(is)}, not ${where(shipped)}` }];
}

const pathOf = (url: string): string => (URL.canParse(url) ? new URL(url).pathname : url);
