// Asks the API server who we are, and what Landlord's own account may do: as ourselves if we are it, else on its behalf.
import { SELF_SUBJECT_ACCESS_REVIEW, SELF_SUBJECT_REVIEW, SUBJECT_ACCESS_REVIEW } from "../../kube/kinds.ts";
import type { KubeObject } from "../../model/kube-object.ts";
import type { Cluster } from "./check.ts";

/** `resource` may have a subresource: `namespaces/status`. */
export interface Access {
  verb: string;
  group: string;
  resource: string;
  name?: string;
  namespace?: string;
}

interface Review extends KubeObject {
  spec?: object;
  status?: { allowed?: boolean; userInfo?: { username?: string } };
}

/** The user name that the API server knows us by. */
export async function whoAmI(cluster: Pick<Cluster, "ask">): Promise<string> {
  const { status } = await cluster.ask(SELF_SUBJECT_REVIEW, review(SELF_SUBJECT_REVIEW));
  return status?.userInfo?.username ?? "";
}

/** What tells whether a ServiceAccount may do a thing. Throws KubeError, forbidden where we may not ask for others. */
export async function accessOf(
  cluster: Pick<Cluster, "ask">,
  user: string,
): Promise<(access: Access) => Promise<boolean>> {
  const isSelf = (await whoAmI(cluster)) === user;
  const kind = isSelf ? SELF_SUBJECT_ACCESS_REVIEW : SUBJECT_ACCESS_REVIEW;
  const subject = isSelf ? {} : { user, groups: groupsOf(user) };
  return async (access) => {
    const { status } = await cluster.ask(kind, {
      ...review(kind),
      spec: { ...subject, resourceAttributes: attributes(access) },
    });
    return status?.allowed === true;
  };
}

function attributes({ resource, ...rest }: Access): object {
  const [plural = "", ...sub] = resource.split("/");
  return { ...rest, resource: plural, ...(sub.length === 0 ? {} : { subresource: sub.join("/") }) };
}

/** Those that every ServiceAccount is in. */
function groupsOf(user: string): string[] {
  const [, , namespace = ""] = user.split(":");
  return ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"];
}

const review = ({ apiVersion, kind }: { apiVersion: string; kind: string }): Review => ({
  apiVersion,
  kind,
  metadata: { name: "" },
});
