// Calls the sandbox's apiserver in somebody else's name, and gives what it says: status, message, warnings.
import { request } from "node:https";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { UserInfo } from "../../webhooks/admission.ts";

const DEADLINE_MS = 20_000;

export interface Asked {
  method: "POST" | "PUT" | "GET" | "DELETE";
  path: string;
  user: UserInfo;
  body?: unknown;
}

export interface Said {
  status: number;
  /** The body, parsed. */
  body: Record<string, unknown>;
  /** Of a denial. */
  message: string;
  warnings: readonly string[];
}

export function askAs(sandbox: Sandbox, { method, path, user, body }: Asked): Promise<Said> {
  const headers = {
    authorization: `Bearer ${sandbox.adminToken}`,
    accept: "application/json",
    "content-type": "application/json",
    "impersonate-user": user.username,
    "impersonate-group": [...user.groups],
  };
  return new Promise((resolve, reject) => {
    const url = new URL(path, sandbox.server);
    const signal = AbortSignal.timeout(DEADLINE_MS);
    const sent = request(url, { ca: sandbox.ca, method, headers, signal }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const said: Record<string, unknown> = JSON.parse(Buffer.concat(chunks).toString("utf8"));
        const message = typeof said["message"] === "string" ? said["message"] : "";
        resolve({
          status: response.statusCode ?? 0,
          body: said,
          message,
          warnings: warningsIn(response.headers.warning),
        });
      });
    });
    sent.on("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** `299 - "text", 299 - "text"`, with backslashes before quotes. */
function warningsIn(header: string | undefined): string[] {
  return [...(header ?? "").matchAll(/299 - "((?:[^"\\]|\\.)*)"/g)].map(([, text = ""]) =>
    text.replaceAll(/\\(.)/g, "$1"),
  );
}
