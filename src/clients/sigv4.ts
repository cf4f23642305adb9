// The reply to Amazon Keyspaces' SigV4 challenge, computed with node:crypto. It signs; where credentials come from is not its business.
import { createHash, createHmac } from "node:crypto";
import type { Sealed } from "../model/sealed.ts";

export interface AwsCredentials {
  accessKeyId: string;
  secretAccessKey: Sealed;
  /** Temporary credentials have one. */
  sessionToken?: Sealed;
}

const ALGORITHM = "AWS4-HMAC-SHA256";
const SERVICE = "cassandra";
const EXPIRES_SECONDS = 900;

/** What is sent back for the challenge's `nonce`. It holds the session token: it goes to the server and nowhere else. */
export function signAuthentication(request: {
  region: string;
  nonce: string;
  at: Date;
  credentials: AwsCredentials;
}): string {
  const { region, nonce, at, credentials } = request;
  const date = at.toISOString(); // with milliseconds, where other services want 20200609T224151Z
  const day = date.slice(0, 10).replaceAll("-", "");
  const scope = `${day}/${region}/${SERVICE}/aws4_request`;
  const canonical = [
    "PUT",
    "/authenticate",
    canonicalQuery({
      "X-Amz-Algorithm": ALGORITHM,
      "X-Amz-Credential": `${credentials.accessKeyId}/${scope}`,
      "X-Amz-Date": date,
      "X-Amz-Expires": String(EXPIRES_SECONDS),
    }),
    `host:${SERVICE}`,
    "",
    "host",
    sha256(nonce),
  ].join("\n");
  const toSign = [ALGORITHM, date, scope, sha256(canonical)].join("\n");
  const signature = hmac(signingKey(credentials.secretAccessKey, day, region), toSign).toString("hex");
  const reply = [`signature=${signature}`, `access_key=${credentials.accessKeyId}`, `amzdate=${date}`];
  if (credentials.sessionToken !== undefined) reply.push(`session_token=${credentials.sessionToken.open()}`);
  return reply.join(",");
}

function canonicalQuery(parameters: Record<string, string>): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .toSorted()
    .join("&");
}

function signingKey(secret: Sealed, day: string, region: string): Buffer {
  return [region, SERVICE, "aws4_request"].reduce(hmac, hmac(`AWS4${secret.open()}`, day));
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
