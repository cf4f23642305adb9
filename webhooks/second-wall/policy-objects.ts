// Builds one policy of the second wall with its binding: the ValidatingAdmissionPolicies that kube-apiserver judges by itself.
import type { Policy } from "../policy.ts";
import type { Resource } from "../validating/resource.ts";
import { any } from "./cel.ts";
import { type Judged, judgedBy } from "./judged.ts";
import { MESSAGE, messageVariables } from "./message.ts";
import { placeValidations, type Validation } from "./place.ts";
import { isAdmin, usedBy, variablesOf } from "./variables.ts";
import type { WallRule } from "./wall-rule.ts";
import type { Wall } from "./walls.ts";

const API = "admissionregistration.k8s.io/v1";

export interface PolicyObject {
  apiVersion: typeof API;
  kind: "ValidatingAdmissionPolicy" | "ValidatingAdmissionPolicyBinding";
  metadata: { name: string; labels: Record<string, string> };
  spec: Record<string, unknown>;
}

export interface WallOptions {
  policy: Policy;
  /** Milliseconds since 1970: exceptions that have ended by then are left out. */
  now: number;
}

/** The policy and its binding; nothing where no rule is left to judge by. */
export function policyObjects(wall: Wall, rules: readonly WallRule[], { policy, now }: WallOptions): PolicyObject[] {
  const judged = rules.flatMap((rule) => judgedBy(rule, wall, policy, now));
  if (judged.length === 0) return [];
  const validations = [...judged.map(validation), ...placesOf(wall, judged, policy)];
  const found = judged.map(({ id, findings }) => ({ name: id, expression: findings }));
  const last = [...found, ...messageVariables(judged)];
  const asked = [...last, ...validations].map((one) => Object.values(one).join("\n"));
  const variables = [...usedBy(asked, variablesOf(policy)), ...last];
  const admin = isAdmin(policy);
  const metadata = { name: `landlord-${wall.name}`, labels: LABELS };
  return [
    {
      apiVersion: API,
      kind: "ValidatingAdmissionPolicy",
      metadata,
      spec: {
        failurePolicy: "Fail",
        matchConstraints: { matchPolicy: "Equivalent", resourceRules: resourceRules(wall) },
        ...(admin === undefined ? {} : { matchConditions: [{ name: "not-an-admin", expression: `!${admin}` }] }),
        variables,
        validations,
      },
    },
    {
      apiVersion: API,
      kind: "ValidatingAdmissionPolicyBinding",
      metadata,
      spec: { policyName: metadata.name, validationActions: ["Deny"], ...matchResources(wall, policy) },
    },
  ];
}

const LABELS = { "app.kubernetes.io/name": "landlord", "app.kubernetes.io/component": "second-wall" };

function validation({ id, excuse, found }: Judged): Validation {
  const isNothing = `${found}.size() == 0`;
  return {
    expression: excuse === undefined ? isNothing : any(excuse, isNothing),
    reason: "Forbidden",
    message: `${id} is violated`,
    messageExpression: MESSAGE,
  };
}

/** Only about objects themselves, and where rules about their fields hold. */
function placesOf({ everywhere, subResources }: Wall, judged: readonly Judged[], policy: Policy): Validation[] {
  if (everywhere || subResources[0] !== "") return [];
  return placeValidations(
    judged.map(({ id }) => id),
    policy,
  );
}

function resourceRules({ resources, subResources }: Wall): unknown[] {
  const groups = [...new Set(resources.map(({ group }) => group))];
  return groups.map((group) => ({
    apiGroups: [group],
    apiVersions: ["*"],
    operations: ["CREATE", "UPDATE"],
    resources: resources
      .filter((resource) => resource.group === group)
      .flatMap(({ resource }) => subResources.map((sub) => (sub === "" ? resource : `${resource}/${sub}`))),
    scope: scopeOf(resources),
  }));
}

const scopeOf = (resources: readonly Resource[]): string =>
  resources.every(({ clusterScoped }) => clusterScoped) ? "Cluster" : "Namespaced";

/** The API server sets this label to the namespace's name: nobody can forge it. */
function matchResources({ everywhere }: Wall, { platformNamespaces }: Policy): Record<string, unknown> {
  if (everywhere || platformNamespaces.size === 0) return {};
  const key = "kubernetes.io/metadata.name";
  const values = [...platformNamespaces].toSorted();
  return { matchResources: { namespaceSelector: { matchExpressions: [{ key, operator: "NotIn", values }] } } };
}
