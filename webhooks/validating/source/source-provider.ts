// S2: a Flux source that logs in with a cloud identity names the ServiceAccount whose identity that is.
// Without one it is the controller's own, which every tenant would share. Which account it names is no matter here: it is of the namespace.
import { isUnset, own } from "../../json.ts";
import { isStrict } from "../../scope.ts";
import { quote } from "../../text.ts";
import { strictOnly } from "../fields.ts";
import { BUCKETS, GIT_REPOSITORIES, HELM_REPOSITORIES, IMAGE_REPOSITORIES, OCI_REPOSITORIES } from "../resource.ts";
import type { Rule, Violation } from "../rule.ts";

/** Providers for which the resource has serviceAccountName, where it is not all of them. */
const PROVIDERS_WITH_ACCOUNT: ReadonlyMap<string, readonly unknown[]> = new Map([
  [GIT_REPOSITORIES.resource, ["aws", "azure"]],
  [HELM_REPOSITORIES.resource, []],
]);

export const sourceProvider: Rule = {
  id: "S2",
  name: "source-provider",
  resources: [GIT_REPOSITORIES, OCI_REPOSITORIES, HELM_REPOSITORIES, BUCKETS, IMAGE_REPOSITORIES],
  check({ object, resource, namespace }, facts, policy) {
    const spec = own(object, "spec");
    const [provider, account] = [own(spec, "provider"), own(spec, "serviceAccountName")];
    if (isUnset(provider) || provider === "generic") return [];
    const takesAccount = PROVIDERS_WITH_ACCOUNT.get(resource.resource)?.includes(provider) ?? true;
    if (takesAccount && typeof account === "string" && account !== "") return [];
    const violation = takesAccount ? accountViolation(account, provider) : providerViolation(provider);
    return strictOnly([violation], isStrict(namespace, facts, policy));
  },
};

function accountViolation(found: unknown, provider: unknown): Violation {
  return {
    field: "spec.serviceAccountName",
    found,
    allowed: `a ServiceAccount of the own namespace, since the provider is ${quote(provider)}`,
    remedy: 'name the ServiceAccount that is bound to the cloud identity, or use provider "generic" with a Secret',
  };
}

function providerViolation(found: unknown): Violation {
  return {
    field: "spec.provider",
    found,
    allowed: '"generic", since this kind of source takes no ServiceAccount for the provider',
    remedy: 'use provider "generic", and a Secret of the own namespace if a login is needed',
  };
}
