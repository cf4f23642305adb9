// Words for what keeps an answer from coming, and the wait that an answer asks for. Node's own messages are not repeated.

const CODES: Record<string, string> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection lost",
  EPIPE: "connection lost",
  UND_ERR_SOCKET: "connection lost",
  UND_ERR_CLOSED: "connections are closed",
  UND_ERR_DESTROYED: "connections are closed",
  UND_ERR_CONNECT_TIMEOUT: "no connection within 5 s",
  ETIMEDOUT: "no connection",
  EHOSTUNREACH: "no route to the server",
  ENETUNREACH: "no route to the server",
  ENOTFOUND: "server name not found",
  EAI_AGAIN: "server name not found",
  SELF_SIGNED_CERT_IN_CHAIN: "the server's certificate is not trusted",
  DEPTH_ZERO_SELF_SIGNED_CERT: "the server's certificate is not trusted",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the server's certificate is not trusted",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "the server's certificate is not trusted",
  CERT_HAS_EXPIRED: "the server's certificate has expired",
  ERR_TLS_CERT_ALTNAME_INVALID: "the server's certificate is for another name",
};

/** Why there is no answer, in a few words. */
export function failureInWords(error: unknown, ended: "timeout" | "aborted" | undefined, timeoutMs: number): string {
  if (ended === "timeout") return `no answer within ${timeoutMs} ms`;
  if (ended === "aborted") return "aborted";
  if (error instanceof SyntaxError) return "the answer is not JSON";
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return CODES[code] ?? (code === "" ? "no answer" : `no answer (${code})`);
}

const LONGEST_MS = 300_000;

/** Retry-After as milliseconds: seconds as kube-apiserver sends them; dates are not read. At most five minutes. */
export function retryAfterMs(header: string | string[] | undefined): number | undefined {
  const seconds = typeof header === "string" && /^\d{1,9}$/.test(header) ? Number(header) : 0;
  return seconds === 0 ? undefined : Math.min(seconds * 1000, LONGEST_MS);
}
