import { kubeConfig } from "../../../../webhooks/validating/flux/kube-config.ts";
import { BASELINE, type Given, NO_OBJECTS, rowsFor, testRule } from "../../../helpers/rule-table.ts";

const FIELD = "spec.kubeConfig";
const MAP = `${FIELD}.configMapRef`;
const config = (value: unknown, rest: Given = {}): Given => ({ spec: { kubeConfig: value }, ...rest });

for (const kind of ["Kustomization", "HelmRelease"]) {
  testRule(kubeConfig, kind, {
    allowed: [
      ["none", config(undefined)],
      ["null", config(null)],
      ["one that names a Secret, which another rule judges", config({ secretRef: { name: "prod" } })],
      ["a Secret beside a ConfigMap that is null", config({ secretRef: { name: "prod" }, configMapRef: null })],
    ],
    denied: [
      ["one by ConfigMap", config({ configMapRef: { name: "kc" } }), MAP],
      ["one by ConfigMap in baseline", config({ configMapRef: { name: "kc" } }, BASELINE), MAP],
      ["one by both", config({ configMapRef: { name: "kc" }, secretRef: { name: "prod" } }), MAP],
      ["an empty object", config({}), FIELD],
      ["an empty object in baseline", config({}, BASELINE), FIELD],
      ["one that names neither", config({ other: { name: "kc" } }), FIELD],
      ["null for both", config({ configMapRef: null, secretRef: null }), FIELD],
      ...rowsFor(
        [...NO_OBJECTS, ["an empty object", {}]],
        (value) => config({ configMapRef: value }),
        (what) => `${what} as ConfigMap`,
        MAP,
      ),
      ...rowsFor(NO_OBJECTS, config, (what) => `${what} as kubeConfig`, FIELD),
    ],
  });
}
