// N1: alerts and receivers are about objects of their own namespace.
// An alert sends the events of what it names to the tenant's provider; a receiver makes the controllers act on it.
import { own } from "../../json.ts";
import { at, foreignNamespace, itemsOf } from "../fields.ts";
import { ALERTS, RECEIVERS } from "../resource.ts";
import type { Rule } from "../rule.ts";

export const eventScope: Rule = {
  id: "N1",
  name: "event-scope",
  resources: [ALERTS, RECEIVERS],
  check(request) {
    const list = request.resource.resource === ALERTS.resource ? "eventSources" : "resources";
    const { items, wrong } = itemsOf(at(request.object, "spec", list), `spec.${list}`);
    const remedy = "leave it out: objects of the own namespace are meant then";
    const foreign = items.map(([field, item]) =>
      foreignNamespace(`${field}.namespace`, own(item, "namespace"), request, remedy),
    );
    return [...wrong, ...foreign.flat()];
  },
};
