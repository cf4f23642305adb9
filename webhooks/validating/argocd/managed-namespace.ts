// A6: an Application neither creates its namespace nor labels it: Argo CD would do so with its own rights.
import type { AdmissionRequest } from "../../admission.ts";
import type { Facts } from "../../facts.ts";
import { own } from "../../json.ts";
import type { Policy } from "../../policy.ts";
import { isStrict } from "../../scope.ts";
import type { ApplicationSpec } from "../application.ts";
import { at, objectAt, strictOnly, textsOf } from "../fields.ts";
import { APPLICATIONS } from "../resource.ts";
import type { Rule, Violation } from "../rule.ts";

const CREATE_NAMESPACE = /^\s*CreateNamespace\s*=\s*true\s*$/i;

export const managedNamespace: Rule = {
  id: "A6",
  name: "managed-namespace",
  resources: [APPLICATIONS],
  check(request, facts, policy) {
    const { object } = request;
    const once = at(object, "operation", "sync", "syncOptions");
    return [
      ...managedNamespaceViolations({ field: "spec", spec: at(object, "spec") }, request, facts, policy),
      ...createNamespaceViolations("operation.sync.syncOptions", once, request, facts, policy),
    ];
  },
};

export function managedNamespaceViolations(
  { field, spec }: ApplicationSpec,
  request: AdmissionRequest,
  facts: Facts,
  policy: Policy,
): Violation[] {
  const path = `${field}.syncPolicy`;
  const { value, wrong } = objectAt(own(spec, "syncPolicy"), path);
  const metadata = own(value, "managedNamespaceMetadata");
  const remedy = "leave it out; the platform labels namespaces";
  return [
    ...wrong,
    ...(metadata === undefined || metadata === null
      ? []
      : [{ field: `${path}.managedNamespaceMetadata`, found: metadata, allowed: "none", remedy }]),
    ...createNamespaceViolations(`${path}.syncOptions`, own(value, "syncOptions"), request, facts, policy),
  ];
}

export function createNamespaceViolations(
  field: string,
  list: unknown,
  { namespace }: AdmissionRequest,
  facts: Facts,
  policy: Policy,
): Violation[] {
  const { texts, wrong } = textsOf(list, field);
  const bad = texts.filter(([, text]) => CREATE_NAMESPACE.test(text));
  const remedy = "leave it out: the namespace is there already";
  const violations = bad.map(([path, found]) => ({ field: path, found, allowed: "CreateNamespace=false", remedy }));
  return [...wrong, ...strictOnly(violations, isStrict(namespace, facts, policy))];
}
