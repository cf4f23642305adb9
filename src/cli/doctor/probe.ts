// Sends an object that exists for the length of one dry run, and tells what became of it: refused or warned of by Landlord, or passed by.

import { KubeError } from "../../kube/errors.ts";
import type { Kind } from "../../kube/kinds.ts";
import { describe } from "../../model/errors.ts";
import type { KubeObject } from "../../model/kube-object.ts";
import type { Cluster } from "./check.ts";

/** `untold`: it never came as far as the webhook, or another one was in the way. */
export type Outcome<T> =
  | { kind: "refused"; webhook: string }
  | { kind: "uncallable"; webhook: string }
  | { kind: "allowed"; object: T; warnings: readonly string[] }
  | { kind: "untold"; why: string };

/** Landlord's own webhooks, whatever the configuration is called. */
const OWN_WEBHOOK = /\.landlord\.dev$/;

export async function probe<T extends KubeObject>(
  cluster: Pick<Cluster, "tryCreate">,
  { kind, object, as }: { kind: Kind; object: T; as?: string },
): Promise<Outcome<T>> {
  try {
    return { kind: "allowed", ...(await cluster.tryCreate(kind, object, as)) };
  } catch (error) {
    if (!(error instanceof KubeError) || !OWN_WEBHOOK.test(error.webhook))
      return { kind: "untold", why: describe(error) };
    // what Landlord itself denies for want of facts has status 500 as well, and then the webhook did fire
    const wasCalled = error.message.includes("denied by");
    return { kind: wasCalled ? "refused" : "uncallable", webhook: error.webhook };
  }
}
