// The rules about Flux's notifications, image automation and operator, in CEL.
import { imageSource } from "../../validating/image/image-source.ts";
import { eventScope } from "../../validating/notification/event-scope.ts";
import { resourceSets } from "../../validating/operator/resource-sets.ts";
import { FLUX_INSTANCES, FLUX_REPORTS, IMAGE_POLICIES } from "../../validating/resource.ts";
import { all, at, type Cel, list, text, valueOf } from "../cel.ts";
import { each, finding, isForeign, noObject, noObjects, OWN, together, when } from "../finding.ts";
import { foreign, isShared } from "../source-reference.ts";
import type { WallRule } from "../wall-rule.ts";

const RESOURCE = "request.resource.resource";
const AUTOMATION_SOURCE = at("spec.sourceRef");
const POLICY_SOURCE = at("spec.imageRepositoryRef");

export const eventsAndImagesWall: readonly WallRule[] = [
  {
    rule: eventScope,
    findings: () => together(foreignItems("spec.eventSources"), foreignItems("spec.resources")),
  },
  {
    rule: imageSource,
    findings(policy) {
      const isPolicy = `${RESOURCE} == ${text(IMAGE_POLICIES.resource)}`;
      const findingOf = (path: string, reference: Cel, kind: Cel, applies: Cel): Cel => {
        const [namespace, name] = [`${reference}.?namespace`, `${reference}.?name`];
        const shared = isShared({ kind, namespace, name }, policy);
        return when(all(applies, isForeign(namespace), `!${shared}`), foreign(path, namespace));
      };
      return together(
        noObject("spec.imageRepositoryRef"),
        noObject("spec.sourceRef"),
        // a policy's reference says no kind; an automation's is a GitRepository unless it says otherwise
        findingOf("spec.imageRepositoryRef", POLICY_SOURCE, text("ImageRepository"), isPolicy),
        findingOf(
          "spec.sourceRef",
          AUTOMATION_SOURCE,
          `${AUTOMATION_SOURCE}.?kind.orValue("GitRepository")`,
          `!(${isPolicy})`,
        ),
      );
    },
  },
  {
    rule: resourceSets,
    /** Where tenants may have some, only what they may never have is refused: the rest is for the webhook to judge. */
    findings({ resourceSets: { enabled } }) {
      const what = {
        field: text("kind"),
        found: "request.kind.kind",
        allowed: text("none in a tenant's namespace"),
        remedy: "use Kustomizations or HelmReleases, or ask the platform to enable resourceSets",
      };
      const never = list([FLUX_INSTANCES.resource, FLUX_REPORTS.resource]);
      return enabled ? when(`${RESOURCE} in ${never}`, what) : finding(what);
    },
  },
];

function foreignItems(path: string): Cel {
  const items = { optional: at(path), path };
  return together(
    noObjects(items),
    each(
      items,
      (item) => isForeign(`${item}.?namespace`),
      (item) => ({
        field: ".namespace",
        found: valueOf(`${item}.?namespace`),
        allowed: OWN,
        remedy: "leave it out: objects of the own namespace are meant then",
      }),
    ),
  );
}
