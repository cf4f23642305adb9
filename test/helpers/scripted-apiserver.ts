// An HTTP server on loopback that answers each request as the test has written down, in order. Plays kube-apiserver at its worst.
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { KubeObject } from "../../src/model/kube-object.ts";

export interface SeenRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: string;
}

export type Answer = (response: ServerResponse, request: SeenRequest) => void | Promise<void>;

export interface ScriptedApiserver {
  url: string;
  /** Every request so far. */
  requests: SeenRequest[];
  /** Connections accepted so far, and those open now. */
  connections: { accepted: number; open: number };
  /** The next requests are answered so; one without a script hangs. */
  script(...answers: Answer[]): void;
  close(): Promise<void>;
}

export async function createScriptedApiserver(): Promise<ScriptedApiserver> {
  const answers: Answer[] = [];
  const requests: SeenRequest[] = [];
  const connections = { accepted: 0, open: 0 };
  const server = createServer((request, response) => {
    // a client that goes away is what some tests are about
    response.on("error", () => undefined);
    void text(request)
      .then((body) => {
        const url = new URL(request.url ?? "/", "http://apiserver");
        const { method = "", headers } = request;
        const seen = { method, path: url.pathname, query: url.searchParams, headers, body };
        requests.push(seen);
        return answers.shift()?.(response, seen);
      })
      .catch(() => response.destroy());
  });
  server.on("connection", (socket) => {
    connections.accepted++;
    connections.open++;
    socket.on("error", () => undefined).on("close", () => connections.open--);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    connections,
    script: (...more) => void answers.push(...more),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

export const json =
  (body: unknown, { code = 200, headers = {} }: { code?: number; headers?: Record<string, string> } = {}): Answer =>
  (response) =>
    void response.writeHead(code, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));

/** A Status, as the apiserver answers what it refuses. */
export const refusal = (
  code: number,
  reason: string,
  rest: object = {},
  headers: Record<string, string> = {},
): Answer =>
  json(
    { kind: "Status", apiVersion: "v1", status: "Failure", code, reason, message: SECRET, ...rest },
    { code, headers },
  );

/** What the server's messages hold in every refusal; it must not show up anywhere. */
export const SECRET = "hunter2-from-the-server";

/** One page of a list; items lose apiVersion and kind, as on the wire. */
export const page = (items: KubeObject[], resourceVersion: string, next = ""): Answer =>
  json({
    kind: "List",
    apiVersion: "v1",
    metadata: { resourceVersion, ...(next === "" ? {} : { continue: next }) },
    items: items.map((item) => ({ ...item, apiVersion: undefined, kind: undefined })),
  });

/** A watch that sends `pieces` one after the other, and then does what `end` says. */
export const watch =
  (pieces: (string | Buffer)[], end: "close" | "reset" | "stay" = "stay"): Answer =>
  async (response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.flushHeaders();
    for (const piece of pieces) {
      await new Promise((resolve) => void response.write(piece, resolve));
      // each piece is a chunk of its own for the client
      await new Promise((resolve) => void setImmediate(resolve));
    }
    if (end === "close") response.end();
    if (end === "reset") response.socket?.resetAndDestroy();
  };

/** The connection is reset, before or after `bytes` of a body that was to be longer. */
export const reset =
  (bytes = ""): Answer =>
  async (response) => {
    if (bytes !== "") {
      response.writeHead(200, { "content-type": "application/json", "content-length": String(bytes.length + 1000) });
      await new Promise((resolve) => void response.write(bytes, resolve));
    }
    response.socket?.resetAndDestroy();
  };

export const event = (type: string, object: unknown): string => `${JSON.stringify({ type, object })}\n`;

export const bookmark = (resourceVersion: string): string =>
  event("BOOKMARK", { kind: "Namespace", apiVersion: "v1", metadata: { resourceVersion } });

/** The ERROR event that tells of an expired version. */
export const expired = (): string =>
  event("ERROR", {
    kind: "Status",
    apiVersion: "v1",
    status: "Failure",
    code: 410,
    reason: "Expired",
    message: SECRET,
  });

export const namespace = (name: string, resourceVersion: string, uid = `uid-${name}`): KubeObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, uid, resourceVersion },
});
