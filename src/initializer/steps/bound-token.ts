// A token that ends, asked for with TokenRequest, kept in an Opaque Secret and renewed at 80 % of its life.
// When it must be renewed is read from the token itself, so nothing has to be remembered over a restart.
import { TerminalError } from "../../model/errors.ts";
import { tokenClaims } from "../../model/jwt.ts";
import type { KubeObject, Secret } from "../../model/kube-object.ts";
import { serviceAccountName, tokenSecretName } from "../../model/names.ts";
import { type Known, managedMetadata, type Step, type Tenant } from "../step.ts";

const RENEW_AT = 0.8;
/** Of a token's life: with clocks further apart it cannot be told from here when a token is due. */
const CLOCK_DIFFERENCE = 0.1;

export function boundToken({ lifetimeSeconds }: { lifetimeSeconds: number }): Step {
  return {
    name: "token-secret",
    build(tenant, known) {
      const stored = known.find<Secret>("Secret", tokenSecretName(tenant.namespace));
      if (known.issued !== undefined) checkRenewable(known.issued.token, tenant, known.now);
      const token = known.issued?.token ?? usable(stored, tenant, known);
      if (token === undefined) {
        return { objects: [], wantsToken: { serviceAccount: serviceAccountName(tenant.namespace), lifetimeSeconds } };
      }
      return { objects: [tokenSecret(tenant, token, known)], renewAt: renewAt(token) };
    },
  };
}

/** Throws for a token that would be asked for again and again, or too late. */
function checkRenewable(token: string, { namespace }: Tenant, now: number): void {
  const claims = tokenClaims(token);
  if (claims === undefined) {
    throw new TerminalError(`request token for ${namespace}: it carries no times, so it could not be renewed`);
  }
  const ahead = Math.round(now / 1000 - claims.issuedAt);
  if (Math.abs(ahead) <= CLOCK_DIFFERENCE * (claims.expiresAt - claims.issuedAt)) return;
  const how = ahead > 0 ? "ahead of" : "behind";
  throw new Error(`request token for ${namespace}: the clock here is ${Math.abs(ahead)} s ${how} the API server's`);
}

function tokenSecret(tenant: Tenant, token: string, known: Known): Secret {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: managedMetadata(tenant, tokenSecretName(tenant.namespace)),
    type: "Opaque",
    data: {
      token: encode(token),
      "ca.crt": encode(known.clusterCa),
      namespace: encode(tenant.namespace),
    },
  };
}

/** The stored token, if it is one of this ServiceAccount (by UID) and not yet due. */
function usable(stored: Secret | undefined, tenant: Tenant, known: Known): string | undefined {
  const token = Buffer.from(stored?.data?.["token"] ?? "", "base64").toString("utf8");
  const account = known.find<KubeObject>("ServiceAccount", serviceAccountName(tenant.namespace));
  if (account === undefined || account.metadata.uid !== tokenClaims(token)?.serviceAccountUid) return undefined;
  return renewAt(token) > known.now ? token : undefined;
}

/** Milliseconds since 1970; 0 for what is no token. */
function renewAt(token: string): number {
  const claims = tokenClaims(token);
  return claims === undefined ? 0 : (claims.issuedAt + RENEW_AT * (claims.expiresAt - claims.issuedAt)) * 1000;
}

const encode = (text: string): string => Buffer.from(text, "utf8").toString("base64");
