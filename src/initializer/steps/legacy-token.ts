// The token Secret that kube-controller-manager fills: it has no end, and dies with the Secret or the ServiceAccount.
// The ServiceAccount must be there first: a token Secret without one is deleted by the controller that fills it.
import { legacyAccountUid } from "../../model/jwt.ts";
import type { KubeObject, Secret } from "../../model/kube-object.ts";
import { serviceAccountName, tokenSecretName } from "../../model/names.ts";
import { type Known, managedMetadata, type Step, type Tenant, type Waiting } from "../step.ts";

export const TOKEN_SECRET_TYPE = "kubernetes.io/service-account-token";

/** `waitMs`: how long the controller may take before the wait is reported as a fault. It is waited for either way. */
export function legacyToken({ waitMs }: { waitMs: number }): Step {
  return {
    name: "token-secret",
    build(tenant, known) {
      const metadata = managedMetadata(tenant, tokenSecretName(tenant.namespace));
      const secret: Secret = {
        apiVersion: "v1",
        kind: "Secret",
        metadata: {
          ...metadata,
          annotations: {
            ...metadata.annotations,
            "kubernetes.io/service-account.name": serviceAccountName(tenant.namespace),
          },
        },
        type: TOKEN_SECRET_TYPE,
      };
      const stored = known.find<Secret>("Secret", secret.metadata.name);
      const token = Buffer.from(stored?.data?.["token"] ?? "", "base64").toString("utf8");
      const isForeign = token !== "" && !isOwnToken(token, tenant, known);
      if (token !== "" && !isForeign && stored?.data?.["ca.crt"]) return { objects: [secret] };
      const emptied = isForeign ? { data: { token: "" } } : {}; // the controller fills what is empty, and nothing else
      return {
        objects: [{ ...secret, ...emptied }],
        waiting: waitingFor(secret.metadata.name, stored, known.now, waitMs),
      };
    },
  };
}

/** True if the token says that it is this ServiceAccount's (by UID): somebody may have put another one there. */
function isOwnToken(token: string, tenant: Tenant, known: Known): boolean {
  const account = known.find<KubeObject>("ServiceAccount", serviceAccountName(tenant.namespace));
  return account?.metadata.uid !== undefined && legacyAccountUid(token) === account.metadata.uid;
}

function waitingFor(name: string, stored: Secret | undefined, now: number, waitMs: number): Waiting {
  const created = Date.parse(stored?.metadata.creationTimestamp ?? "");
  const left = Number.isNaN(created) ? waitMs : created + waitMs - now;
  if (left > 0) {
    const message = `Secret ${name} waits for kube-controller-manager to fill in its token`;
    return { reason: "WaitingForToken", message, checkAfterMs: left };
  }
  const message = `Secret ${name} of ${stored?.metadata.creationTimestamp} has no token: is the serviceaccount-token controller of kube-controller-manager running?`;
  return { reason: "TokenNotIssued", message, checkAfterMs: waitMs };
}
