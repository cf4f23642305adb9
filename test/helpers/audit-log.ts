// What kube-apiserver's audit log says of each replica of Landlord: what it wrote, when that arrived, and what came of it.
import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { AUDIT_FOLDER } from "../../sandbox/audit.ts";

export interface Write {
  /** Of the token that it came with: one token is one replica's. */
  credential: string;
  /** When the server had received it, ms since 1970. */
  at: number;
  verb: string;
  resource: string;
  /** `namespace/name`, where the name was in the path or the server gave it. */
  object: string;
  code: number;
}

interface AuditEvent {
  verb: string;
  user: { extra?: Record<string, string[]> };
  objectRef?: { resource: string; subresource?: string; namespace?: string; name?: string };
  responseStatus?: { code?: number };
  requestReceivedTimestamp: string;
}

const READS = ["get", "list", "watch"];
const CREDENTIAL = "authentication.kubernetes.io/credential-id";

/** For a sandbox's `env`, to be taken away in the end: the folder that a whole run keeps, or one of its own. */
export function auditedEnvironment(): { env: NodeJS.ProcessEnv; remove: () => void } {
  const given = process.env[AUDIT_FOLDER];
  const folder = given ?? mkdtempSync(join(tmpdir(), "landlord-audit-"));
  return {
    env: { ...process.env, [AUDIT_FOLDER]: folder },
    remove: () => given ?? rmSync(folder, { recursive: true, force: true }),
  };
}

/** All writes of Landlord's account so far, in the order of their arrival. */
export async function writesIn(env: NodeJS.ProcessEnv, { directory }: { directory: string }): Promise<Write[]> {
  const text = await readFile(join(env[AUDIT_FOLDER] ?? "", `${basename(directory)}.jsonl`), "utf8");
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  const events = whole.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as AuditEvent]));
  return events
    .filter(({ verb }) => !READS.includes(verb))
    .map(({ verb, user, objectRef, responseStatus, requestReceivedTimestamp }) => ({
      credential: user.extra?.[CREDENTIAL]?.[0] ?? "",
      at: Date.parse(requestReceivedTimestamp),
      verb,
      resource: [objectRef?.resource, objectRef?.subresource].filter((part) => part !== undefined).join("/"),
      object: `${objectRef?.namespace ?? ""}/${objectRef?.name ?? ""}`,
      code: responseStatus?.code ?? 0,
    }))
    .toSorted((a, b) => a.at - b.at);
}

/** How the audit log calls the one who holds this token. */
export function credentialOf(token: string): string {
  const [, payload = ""] = token.split(".");
  const { jti } = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as { jti: string };
  return `JTI=${jti}`;
}
