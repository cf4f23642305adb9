// The rule about Namespaces, in CEL.
import { INITIALIZED_ANNOTATION, INITIALIZING_LABEL } from "../../../src/model/labels.ts";
import type { Policy } from "../../policy.ts";
import { guardedKeys, NAME_LABEL, protectedKeys } from "../../validating/namespace/protected-keys.ts";
import { all, any, type Cel, isListed, list, text } from "../cel.ts";
import { mapOf, together } from "../finding.ts";
import { IS_DEPUTY, IS_TENANT_PRINCIPAL, IS_TENANTS } from "../variables.ts";
import type { WallRule } from "../wall-rule.ts";

const NAME: Cel = "object.metadata.name";
const NONE_BEFORE: Cel = "optional.none()";

export const namespaceWall: readonly WallRule[] = [
  {
    rule: protectedKeys,
    findings(policy) {
      const mayChange = all(
        `!${IS_TENANT_PRINCIPAL}`,
        `!${all(IS_DEPUTY, `request.operation == "UPDATE"`, any(IS_TENANTS, hadTenant(policy)))}`,
      );
      return `(${mayChange} ? [] : ${together(changed("labels", policy), changed("annotations", policy))})`;
    },
  },
];

/** One for each protected key that comes, goes or changes. */
function changed(field: "labels" | "annotations", policy: Policy): Cel {
  const isProtected = isListed("k", guardedKeys(policy));
  const now = `object.metadata.?${field}`;
  const before = `(oldObject != null ? oldObject.metadata.?${field} : ${NONE_BEFORE})`;
  const keys = `(${now}.orValue({}).map(k, k) + ${before}.orValue({}).filter(k, !(k in ${now}.orValue({}))))`;
  const isOwnMark = field === "labels" ? [`!${ownMark(now, policy)}`] : [];
  const bad = all(isProtected, `${now}[?k] != ${before}[?k]`, ...isOwnMark);
  const what = mapOf({
    field: `${text(`metadata.${field}[`)} + k + "]"`,
    found: `${now}[?k].orValue(null)`,
    allowed: `(${before}[?k].hasValue() ? strings.quote(${before}[?k].value()) : "none")`,
    remedy: "leave it as it is; a platform admin may change it",
  });
  return `${keys}.filter(k, ${bad}).map(k, ${what})`;
}

/** True for the label that says the name, and for the marker where it has to be, or has to go. */
function ownMark(now: Cel, policy: Policy): Cel {
  const needsMarker = all(
    `!(${NAME} in ${list(policy.platformNamespaces)})`,
    `${list(policy.tenantLabels)}.exists(t, ${now}[?t].orValue("") != "")`,
    `!(oldObject != null && ${isReady("oldObject.metadata")})`,
  );
  const marker = `(${needsMarker} ? ${now}[?k].orValue("") == "true" : !${now}[?k].hasValue())`;
  return any(
    all(`k == ${text(NAME_LABEL)}`, `${now}[?k].orValue("") == ${NAME}`),
    all(`k == ${text(INITIALIZING_LABEL)}`, marker),
  );
}

/** The mark names this very namespace. */
function isReady(metadata: Cel): Cel {
  const mark = `${metadata}.?annotations[?${text(INITIALIZED_ANNOTATION)}].orValue("")`;
  return all(`${mark} != ""`, `${mark} == string(${metadata}.uid)`);
}

function hadTenant({ tenantLabels }: Policy): Cel {
  return `${list(tenantLabels)}.exists(t, oldObject.metadata.?labels[?t].orValue("") != "")`;
}
