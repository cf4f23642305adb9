// To which cluster an Application may go, in CEL: by server or by name, and not by both.

import type { Policy } from "../../policy.ts";
import { MORE, MORE_SHOWN } from "../../validating/argocd/destination-cluster.ts";
import { anyOf as anyOfNames } from "../../validating/fields.ts";
import { all, at, type Cel, isUnset, list, text, valueOf } from "../cel.ts";
import { together, when } from "../finding.ts";

const SERVER = at("spec.destination.server");
const NAME = at("spec.destination.name");
const REMEDY = "name an allowed cluster by its server or by its name, not by both";

export function clusterFindings({ allowedServers, allowedClusterNames }: Policy): Cel {
  const destination = { field: text("spec.destination"), remedy: REMEDY };
  return together(
    when(all(isUnset(SERVER), isUnset(NAME)), {
      ...destination,
      found: "null",
      allowed: text(`server ${anyOfNames(allowedServers)}, or name ${anyOfNames(allowedClusterNames)}`),
    }),
    when(all(`!${isUnset(SERVER)}`, `!${isUnset(NAME)}`), {
      ...destination,
      found: valueOf(at("spec.destination")),
      shown: text("server and name"),
      allowed: text("one of the two"),
    }),
    notAllowed({ path: "spec.destination.name", optional: NAME, other: SERVER, allowed: allowedClusterNames }),
    notAllowed({ path: "spec.destination.server", optional: SERVER, other: NAME, allowed: allowedServers }),
  );
}

interface Way {
  path: string;
  optional: Cel;
  other: Cel;
  allowed: readonly string[];
}

/** Said in this way alone, and not on its list. */
function notAllowed({ path, optional, other, allowed }: Way): Cel {
  const found = valueOf(optional);
  const isBad = all(`!${isUnset(optional)}`, isUnset(other), `!(${found} in ${list(allowed)})`);
  const hasMore = `(type(${found}) == string && ${found}.matches(${text(MORE.source)}))`;
  const what = { field: text(path), found, allowed: text(anyOfNames(allowed)), remedy: REMEDY };
  return together(
    when(all(isBad, `!${hasMore}`), what),
    when(all(isBad, hasMore), { ...what, shown: text(MORE_SHOWN) }),
  );
}
