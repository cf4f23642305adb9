// Reads the claims of a ServiceAccount token that the API server issued to us. It proves nothing: no signature is checked.

export interface TokenClaims {
  /** Seconds since 1970, as in RFC 7519. */
  issuedAt: number;
  expiresAt: number;
  /** UID of the ServiceAccount that it stands for; "" where the token names none. */
  serviceAccountUid: string;
}

/** Claims of a bound ServiceAccount token, or undefined for anything else. */
export function tokenClaims(token: string): TokenClaims | undefined {
  const claims = payloadOf(token);
  const { iat, exp } = claims ?? {};
  if (typeof iat !== "number" || typeof exp !== "number" || exp <= iat) return undefined;
  const uid = claims?.["kubernetes.io"]?.serviceaccount?.uid;
  return { issuedAt: iat, expiresAt: exp, serviceAccountUid: typeof uid === "string" ? uid : "" };
}

/** UID of the ServiceAccount that a token of a service-account-token Secret stands for, or undefined for anything else. */
export function legacyAccountUid(token: string): string | undefined {
  const uid = payloadOf(token)?.["kubernetes.io/serviceaccount/service-account.uid"];
  return typeof uid === "string" ? uid : undefined;
}

interface Payload {
  iat?: unknown;
  exp?: unknown;
  "kubernetes.io"?: { serviceaccount?: { uid?: unknown } };
  "kubernetes.io/serviceaccount/service-account.uid"?: unknown;
}

function payloadOf(token: string): Payload | undefined {
  try {
    return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8")) ?? undefined;
  } catch {
    return undefined;
  }
}
