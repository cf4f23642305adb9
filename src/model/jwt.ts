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
  const payload = token.split(".")[1];
  if (payload === undefined) return undefined;
  try {
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    const { iat, exp } = claims;
    if (typeof iat !== "number" || typeof exp !== "number" || exp <= iat) return undefined;
    return {
      issuedAt: iat,
      expiresAt: exp,
      serviceAccountUid: String(claims["kubernetes.io"]?.serviceaccount?.uid ?? ""),
    };
  } catch {
    return undefined;
  }
}
