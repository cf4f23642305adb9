// What Landlord's ServiceAccount may do, rule by rule of the ClusterRole and the Role that are shipped.
import { type Access, accessOf } from "../access-review.ts";
import type { Check, Context } from "../check.ts";
import { type Finding, ok, problem } from "../finding.ts";
import { isOthersCertificate } from "../served-certificate.ts";
import type { RightsRule } from "../shipped.ts";

/** Reviews that run side by side. */
const ASKING = 16;

export const rights: Check = {
  name: "rights",
  beforeStart: true,
  async check({ cluster, settings, shipped }) {
    const may = await accessOf(cluster, settings.ownUser);
    const { namespace } = settings;
    const isOthers = await isOthersCertificate({ cluster, settings });
    const wanted = [
      ...shipped.clusterRole.flatMap((rule) => wantedBy(rule, "cluster-role.yaml")),
      ...shipped.role.flatMap((rule) => wantedBy(rule, "role.yaml", namespace)),
    ].filter(({ access: { resource, name } }) => !(isOthers && resource === "secrets" && name !== undefined));
    const missing = await missingOf(wanted, may);
    if (missing.length === 0)
      return [ok(`${settings.ownUser} may do all of the ${wanted.length} things that it needs`)];
    const byRule = Map.groupBy(missing, ({ rule }) => rule);
    return [...byRule.values()].map((wants) => findingOf(wants, settings));
  },
};

interface Want {
  access: Access;
  rule: RightsRule;
  file: string;
}

function wantedBy(rule: RightsRule, file: string, namespace?: string): Want[] {
  const names: (string | undefined)[] = rule.resourceNames ?? [undefined];
  return rule.apiGroups.flatMap((group) =>
    rule.resources.flatMap((resource) =>
      rule.verbs.flatMap((verb) =>
        names.map((name) => ({
          access: {
            verb,
            group,
            resource,
            ...(name === undefined ? {} : { name }),
            ...(namespace === undefined ? {} : { namespace }),
          },
          rule,
          file,
        })),
      ),
    ),
  );
}

async function missingOf(wanted: readonly Want[], may: (access: Access) => Promise<boolean>): Promise<Want[]> {
  const missing: Want[] = [];
  for (let from = 0; from < wanted.length; from += ASKING) {
    const some = wanted.slice(from, from + ASKING);
    const answers = await Promise.all(some.map(({ access }) => may(access)));
    missing.push(...some.filter((_, index) => answers[index] === false));
  }
  return missing;
}

/** One finding for a rule: all verbs that are missing, on all that they are missing on. */
function findingOf(wants: readonly Want[], { ownUser }: Context["settings"]): Finding {
  const [{ rule, file, access } = { rule: undefined, file: "", access: undefined }] = wants;
  const verbs = [...new Set(wants.map((want) => want.access.verb))].join(", ");
  const resources = [...new Set(wants.map((want) => want.access.resource))];
  const shown = resources.length > 3 ? [...resources.slice(0, 3), `and ${resources.length - 3} more`] : resources;
  const group = (access?.group ?? "") === "" ? "" : ` of ${access?.group}`;
  const names = rule?.resourceNames === undefined ? "" : ` called ${rule.resourceNames.join(", ")}`;
  const where = access?.namespace === undefined ? "" : ` in ${access.namespace}`;
  const message = `${ownUser} may not ${verbs} ${shown.join(", ")}${group}${names}${where}`;
  return problem(message, `kubectl apply --server-side --force-conflicts -f manifests/base/${file}`);
}
