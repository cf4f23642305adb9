// I1: image automation works on repositories of its own namespace, or on those that the platform shares.
// It pushes commits with the credentials of the source that it names.
import { isObject, isUnset, own } from "../../json.ts";
import { at } from "../fields.ts";
import { IMAGE_POLICIES, IMAGE_UPDATE_AUTOMATIONS } from "../resource.ts";
import type { Rule } from "../rule.ts";
import { foreign, missing } from "../source-reference.ts";

export const imageSource: Rule = {
  id: "I1",
  name: "image-source",
  resources: [IMAGE_UPDATE_AUTOMATIONS, IMAGE_POLICIES],
  check({ object, namespace, resource }, _facts, { sharedSources }) {
    const isPolicy = resource.resource === IMAGE_POLICIES.resource;
    const field = isPolicy ? "spec.imageRepositoryRef" : "spec.sourceRef";
    const value = at(object, "spec", isPolicy ? "imageRepositoryRef" : "sourceRef");
    if (!isObject(value)) return [missing(field, value)];
    const found = own(value, "namespace");
    if (isUnset(found) || found === namespace) return [];
    // an ImagePolicy's reference says no kind; an automation's is a GitRepository unless it says otherwise
    const kind = isPolicy ? "ImageRepository" : (own(value, "kind") ?? "GitRepository");
    const name = own(value, "name");
    const isShared = sharedSources.some((s) => s.kind === kind && s.namespace === found && s.name === name);
    return isShared ? [] : [foreign(field, found, namespace)];
  },
};
