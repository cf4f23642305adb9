// How an HTTP server ends: nothing new is accepted, answers in flight are finished, and after a deadline the rest is cut off.
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Clock } from "../model/clock.ts";

export interface GracefulClose {
  isBegun(): boolean;
  /** Resolves when the close begins. */
  begun: Promise<void>;
  /** Resolves when every connection is closed; a second call joins the first. */
  close(deadlineMs: number): Promise<void>;
}

export function createGracefulClose(server: Server, clock: Clock): GracefulClose {
  const answering = new Set<ServerResponse>();
  const sockets = new Set<Socket>();
  const begun = Promise.withResolvers<void>();
  let closed: Promise<void> | undefined;

  // below TLS: also those that never finish their handshake
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.prependListener("request", (_request: IncomingMessage, response: ServerResponse) => {
    answering.add(response);
    if (closed !== undefined) response.setHeader("connection", "close");
    response.once("close", () => {
      answering.delete(response);
      if (closed !== undefined) server.closeIdleConnections();
    });
  });

  async function close(deadlineMs: number): Promise<void> {
    begun.resolve();
    if (!server.listening) return;
    const ended = new Promise<void>((resolve) => void server.close(() => resolve())); // closes idle connections as well
    for (const response of answering) if (!response.headersSent) response.setHeader("connection", "close");
    const cancel = clock.after(deadlineMs, () => sockets.forEach((socket) => socket.destroy()));
    await ended;
    cancel();
  }

  return {
    isBegun: () => closed !== undefined,
    begun: begun.promise,
    close: (deadlineMs) => (closed ??= close(deadlineMs)),
  };
}
