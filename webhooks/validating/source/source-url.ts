// S1: a Flux source fetches from where the platform's list allows, and from nowhere else; off where there is no list.
// The controller connects from inside the cluster, so that a free URL reads services and metadata which no tenant could reach.
import { own } from "../../json.ts";
import { isAllowed, shownUrl } from "../../source-url.ts";
import { quote } from "../../text.ts";
import { BUCKETS, GIT_REPOSITORIES, HELM_REPOSITORIES, IMAGE_REPOSITORIES, OCI_REPOSITORIES } from "../resource.ts";
import type { Rule, Violation } from "../rule.ts";
import { type Address, addressesOf } from "./address.ts";

export const sourceUrl: Rule = {
  id: "S1",
  name: "source-url",
  resources: [GIT_REPOSITORIES, OCI_REPOSITORIES, HELM_REPOSITORIES, BUCKETS, IMAGE_REPOSITORIES],
  check({ object, resource }, _facts, { allowedSourceUrls }) {
    if (allowedSourceUrls === null) return [];
    return addressesOf(resource.resource, own(object, "spec")).flatMap((address) => {
      const permission = isAllowed(address.reading, allowedSourceUrls);
      return permission.allowed ? [] : [violation(address, permission.why)];
    });
  },
};

function violation({ field, found }: Address, why: string): Violation {
  return {
    field,
    found,
    ...(typeof found === "string" ? { shown: quote(shownUrl(found)) } : {}),
    allowed: "what the platform's list of source URLs allows",
    remedy: `use a source of that list, or ask the platform to add this one: ${why}`,
  };
}
