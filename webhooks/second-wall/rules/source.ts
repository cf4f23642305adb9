// The rules about Flux's sources that need no URL to be read, in CEL.
import { EXTERNAL_ARTIFACTS, GIT_REPOSITORIES, HELM_CHARTS, HELM_REPOSITORIES } from "../../validating/resource.ts";
import { artifacts } from "../../validating/source/artifacts.ts";
import { sourceProvider } from "../../validating/source/source-provider.ts";
import { all, at, isUnset, list, text, valueOf } from "../cel.ts";
import { each, isForeign, isForeignAt, noObjects, OWN, together, when } from "../finding.ts";
import { IS_CONTROLLER, IS_DEPUTY, IS_STRICT } from "../variables.ts";
import type { WallRule } from "../wall-rule.ts";

const PROVIDER = at("spec.provider");
const SOURCES = { optional: at("spec.sources"), path: "spec.sources" };
const REFERENCE = at("spec.sourceRef");
const RESOURCE = "request.resource.resource";

export const sourceWall: readonly WallRule[] = [
  {
    rule: sourceProvider,
    findings() {
      const isCloud = `!(${isUnset(PROVIDER)} || ${valueOf(PROVIDER)} == "generic")`;
      const isGit = `${RESOURCE} == ${text(GIT_REPOSITORIES.resource)}`;
      const isHelm = `${RESOURCE} == ${text(HELM_REPOSITORIES.resource)}`;
      const takesAccount = `!(${isHelm} || (${isGit} && !(${valueOf(PROVIDER)} in ${list(["aws", "azure"])})))`;
      return together(
        when(all(IS_STRICT, isCloud, takesAccount, isUnset(at("spec.serviceAccountName"))), {
          field: text("spec.serviceAccountName"),
          found: valueOf(at("spec.serviceAccountName")),
          allowed: `"a ServiceAccount of the own namespace, since the provider is " + strings.quote(string(${valueOf(PROVIDER)}))`,
          remedy:
            'name the ServiceAccount that is bound to the cloud identity, or use provider "generic" with a Secret',
        }),
        when(all(IS_STRICT, isCloud, `!(${takesAccount})`), {
          field: text("spec.provider"),
          found: valueOf(PROVIDER),
          allowed: text('"generic", since this kind of source takes no ServiceAccount for the provider'),
          remedy: 'use provider "generic", and a Secret of the own namespace if a login is needed',
        }),
      );
    },
  },
  {
    rule: artifacts,
    findings() {
      const remedy = "use a source of the own namespace";
      const isChart = `${RESOURCE} == ${text(HELM_CHARTS.resource)}`;
      return together(
        when(all(`${RESOURCE} == ${text(EXTERNAL_ARTIFACTS.resource)}`, `!(${IS_CONTROLLER} && !${IS_DEPUTY})`), {
          field: text("kind"),
          found: text("ExternalArtifact"),
          allowed: text("none but what the platform's controllers make"),
          remedy: "use a source that source-controller fetches",
        }),
        when(all(isChart, isForeignAt("spec.sourceRef.namespace")), {
          field: text("spec.sourceRef.namespace"),
          found: valueOf(at("spec.sourceRef.namespace")),
          allowed: OWN,
          remedy,
        }),
        when(all(isChart, `${valueOf(REFERENCE)} != null`, `!(type(${valueOf(REFERENCE)}) == map)`), {
          field: text("spec.sourceRef"),
          found: valueOf(REFERENCE),
          allowed: text("an object"),
          remedy: "give it an object, or leave it out",
        }),
        noObjects(SOURCES),
        each(
          SOURCES,
          (item) => isForeign(`${item}.?namespace`),
          (item) => ({
            field: ".namespace",
            found: valueOf(`${item}.?namespace`),
            allowed: OWN,
            remedy,
          }),
        ),
      );
    },
  },
];
