// How an HTTP server ends: callers are asked to go elsewhere, then nothing new is accepted, answers in flight are finished, and after a deadline the rest is cut off.
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { Server as NetServer, type Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { type Clock, delay } from "../model/clock.ts";

export interface GracefulClose {
  isBegun(): boolean;
  /** Resolves when the close begins. */
  begun: Promise<void>;
  /** For `ms` all goes on, but every answer ends its connection. Resolves when the time is over, or a close has begun; a second call joins the first. */
  drain(ms: number): Promise<void>;
  /** Resolves when every connection is closed; a second call joins the first. */
  close(deadlineMs: number): Promise<void>;
}

export function createGracefulClose(server: Server, clock: Clock): GracefulClose {
  const answering = new Set<ServerResponse>();
  const sockets = new Set<Socket>();
  const begun = Promise.withResolvers<void>();
  const closing = new AbortController();
  let drained: Promise<void> | undefined;
  let closed: Promise<void> | undefined;

  // below TLS: also those that never finish their handshake
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.prependListener("request", (_request: IncomingMessage, response: ServerResponse) => {
    answering.add(response);
    if (drained !== undefined || closed !== undefined) response.setHeader("connection", "close");
    response.once("close", () => {
      answering.delete(response);
      if (closed !== undefined) server.closeIdleConnections();
    });
  });

  function askToGo(): void {
    for (const response of answering) if (!response.headersSent) response.setHeader("connection", "close");
  }

  async function close(deadlineMs: number): Promise<void> {
    begun.resolve();
    closing.abort();
    if (!server.listening) return;
    const ended = new Promise<void>((resolve) => void server.once("close", () => resolve()));
    NetServer.prototype.close.call(server); // refuses new connections; the server's own close would end idle ones as well, and too soon:
    askToGo();
    const cancel = clock.after(deadlineMs, () => sockets.forEach((socket) => socket.destroy()));
    await turn(); // until what has arrived is read, a connection with a request on it looks idle;
    await turn(); // between two turns of the event loop it looks at every connection
    server.close();
    await ended;
    cancel();
  }

  return {
    isBegun: () => closed !== undefined,
    begun: begun.promise,
    drain(ms) {
      if (!server.listening) return Promise.resolve(); // nobody has ever come
      askToGo();
      return (drained ??= delay(ms, clock, closing.signal));
    },
    close: (deadlineMs) => (closed ??= close(deadlineMs)),
  };
}
