// What the webhooks' door is compared with, each as a process of its own: a server that only parses, and the same handlers in Express's usual form.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { createAuthority } from "../certs/authority.ts";
import { issueLeaf } from "../certs/leaf.ts";
import { BOUNDS } from "../src/http/server.ts";

/** `bare`: node:https, JSON.parse, and an answer that says yes. `express`: rules, metrics and log of Landlord behind express.json and res.json. */
export type SiblingKind = "bare" | "express";

export interface Sibling {
  readonly pid: number;
  readonly port: number;
  /** What its certificate is trusted by, PEM. */
  readonly ca: string;
  stop(): Promise<void>;
}

interface Given {
  kind: SiblingKind;
  key: string;
  certificate: string;
}

/** Its log lines go to `logFile`, as Landlord's do in the sandbox. */
export async function startSibling(kind: SiblingKind, logFile: string): Promise<Sibling> {
  const now = Date.now();
  const authority = createAuthority({ commonName: "landlord-bench", now });
  const leaf = issueLeaf(authority, { names: ["127.0.0.1"], now });
  const log = openSync(logFile, "a", 0o600);
  const child = fork(fileURLToPath(import.meta.url), { env: {}, stdio: ["ignore", log, log, "ipc"] });
  closeSync(log);
  child.send({ kind, ...leaf } satisfies Given);
  const port = await portOf(child, kind);
  return {
    port,
    pid: child.pid ?? 0,
    ca: authority.certificate,
    async stop() {
      const exited = once(child, "exit");
      child.disconnect();
      await exited;
    },
  };
}

async function portOf(child: ChildProcess, kind: SiblingKind): Promise<number> {
  const ended = once(child, "exit").then(() => Promise.reject(new Error(`run ${kind} server: it has ended`)));
  ended.catch(() => undefined);
  const [port]: unknown[] = await Promise.race([once(child, "message"), ended]);
  return Number(port);
}

if (import.meta.main) {
  const [given] = (await once(process, "message")) as [Given];
  process.once("disconnect", () => process.exit());
  const handler = given.kind === "bare" ? bare : await usualExpress();
  const options = { key: given.key, cert: given.certificate, keepAliveTimeout: BOUNDS.keepAliveMs };
  const server = createServer({ ...options, minVersion: "TLSv1.3", ALPNProtocols: ["http/1.1"] }, handler);
  await once(server.listen(0, "127.0.0.1"), "listening");
  process.send?.((server.address() as AddressInfo).port);
}

function bare(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.once("end", () => {
    const { request: asked }: { request: { uid: string } } = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    const body = `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{"uid":"${asked.uid}","allowed":true}}`;
    response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
    response.end(body);
  });
}

/** As one would write it first: default settings, parser and answer from Express. */
async function usualExpress(): Promise<RequestListener> {
  const [{ default: express }, { validatingHandler }] = await Promise.all([
    import("express"),
    import("./validating-handler.ts"),
  ]);
  const handle = validatingHandler();
  const app = express();
  app.use(express.json({ limit: "7mb", verify: (request, _, bytes) => void Object.assign(request, { bytes }) }));
  app.post("/validate", (request, response) => {
    const { bytes } = request as unknown as { bytes: Buffer }; // oxlint-disable-line typescript/no-unsafe-type-assertion -- put there above
    const { status, body } = parsedAlready(request.body, () => handle(bytes));
    response.status(status).json(JSON.parse(body));
  });
  return app;
}

/** The handlers read bytes; that Express has read them before must not count twice. */
function parsedAlready<T>(value: unknown, work: () => T): T {
  const { parse } = JSON;
  JSON.parse = () => value;
  try {
    return work();
  } finally {
    JSON.parse = parse;
  }
}
