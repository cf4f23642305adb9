import { kubeConfigSecret } from "../../../../webhooks/validating/flux/kube-config-secret.ts";
import {
  BASELINE,
  FOREIGN,
  type Given,
  NO_OBJECTS,
  NO_STRINGS,
  rowsFor,
  testRule,
} from "../../../helpers/rule-table.ts";

const FIELD = "spec.kubeConfig.secretRef.name";
const LISTED = new Map([
  ["tenant-a", ["one", "tenant-a"]],
  ["tenant-b", ["of-b"]],
]);
const secret = (secretRef: unknown, rest: Given = {}): Given => ({
  spec: { kubeConfig: { secretRef } },
  policy: { allowedKubeConfigSecrets: LISTED },
  ...rest,
});
const named = (name: unknown, rest: Given = {}): Given => secret({ name }, rest);

for (const kind of ["Kustomization", "HelmRelease"]) {
  testRule(kubeConfigSecret, kind, {
    allowed: [
      ["no kubeConfig", { spec: {} }],
      ["a kubeConfig without Secret, which another rule judges", { spec: { kubeConfig: {} } }],
      ["a Secret that is null", secret(null)],
      ["each Secret that the policy has for the namespace", named("one")],
      ["the same with a key", secret({ name: "tenant-a", key: "kubeconfig" })],
    ],
    denied: [
      ["any Secret where the policy has none", named("one", { policy: {} }), FIELD],
      ["any Secret where the policy has none, baseline", named("one", BASELINE), FIELD],
      ["what the policy has for another namespace", named("of-b"), FIELD],
      [
        "its own where the request is about another namespace",
        named("one", { request: { namespace: "tenant-b" } }),
        FIELD,
      ],
      ["a Secret without name", secret({}), FIELD],
      ["a Secret whose name is null", named(null), FIELD],
      ["an empty name", named(""), FIELD],
      ["an inherited name as namespace", named("x", { request: { namespace: "constructor" } }), FIELD],
      ...rowsFor(NO_OBJECTS, secret, (what) => `${what} as Secret`, FIELD),
      ...FOREIGN.map((name) => [`${JSON.stringify(name)} as name`, named(name), FIELD] as const),
      ...rowsFor(NO_STRINGS, named, (what) => `${what} as name`, FIELD),
    ],
  });
}
