// The token Secret that kube-controller-manager fills: it has no end, and dies with the Secret or the ServiceAccount.
// The ServiceAccount must be there first: a token Secret without one is deleted by the controller that fills it.
import type { Secret } from "../../model/kube-object.ts";
import { serviceAccountName, tokenSecretName } from "../../model/names.ts";
import { managedMetadata, type Step, type Waiting } from "../step.ts";

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
      if (isFilled(stored)) return { objects: [secret] };
      return { objects: [secret], waiting: waitingFor(secret.metadata.name, stored, known.now, waitMs) };
    },
  };
}

function isFilled(secret: Secret | undefined): boolean {
  return Boolean(secret?.data?.["token"]) && Boolean(secret?.data?.["ca.crt"]);
}

function waitingFor(name: string, stored: Secret | undefined, now: number, waitMs: number): Waiting {
  const created = Date.parse(stored?.metadata.creationTimestamp ?? "");
  const left = Number.isNaN(created) ? waitMs : created + waitMs - now;
  if (left > 0) {
    const message = `Secret ${name} waits for kube-controller-manager to fill in its token`;
    return { reason: "WaitingForToken", message, checkAfterMs: left };
  }
  const message = `Secret ${name} has had no token since ${stored?.metadata.creationTimestamp}: is the serviceaccount-token controller of kube-controller-manager running?`;
  return { reason: "TokenNotIssued", message, checkAfterMs: waitMs };
}
