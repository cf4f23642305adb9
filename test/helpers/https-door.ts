// An HTTPS server of ours on a free port of loopback, and callers of it; all of it is closed after the test.
import type { RequestListener, ServerResponse } from "node:http";
import type { TestContext } from "node:test";
import type { ConnectionOptions } from "node:tls";
import { type Bounds, createHttpsServer, type HttpServer } from "../../src/http/server.ts";
import { createTestSource, type TestSource, testAuthority, testCertificate } from "./certificate-source.ts";
import { createTestClock, type TestClock } from "./clock.ts";
import { createTestLog, type LogLine } from "./log.ts";
import { type RawClient, rawClient } from "./raw-http.ts";

export const GET = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";
/** Bounds that a test can wait for. */
export const FAST: Partial<Bounds> = { headersMs: 150, requestMs: 150, checkMs: 20 };
export const authority = testAuthority();

export interface HttpsDoor {
  server: HttpServer;
  source: TestSource;
  lines: LogLine[];
  clock: TestClock;
  port: number;
  /** A connection that trusts the first certificate, unless told otherwise. */
  dial: (options?: ConnectionOptions) => Promise<RawClient>;
}

export async function openDoor(
  t: TestContext,
  options: { handler?: RequestListener; bounds?: Partial<Bounds> } = {},
): Promise<HttpsDoor> {
  const { handler = (_, response) => response.end("hello"), bounds = {} } = options;
  const source = createTestSource(testCertificate(authority));
  const { log, lines } = createTestLog();
  const clock = createTestClock();
  const server = createHttpsServer({ source, handler, host: "127.0.0.1", port: 0, clock, log, bounds });
  const port = await server.listen();
  const clients: RawClient[] = [];
  t.after(async () => {
    for (const { socket } of clients) socket.destroy();
    await server.close(0);
  });
  const dial = async (tls: ConnectionOptions = {}): Promise<RawClient> => {
    const client = await rawClient(port, { ca: authority.certificate, ...tls });
    clients.push(client);
    return client;
  };
  return { server, source, lines, clock, port, dial };
}

/** A handler that answers "late", once `release` is called. */
export function slowHandler(): { arrived: Promise<void>; handler: RequestListener; release: () => void } {
  const waiting: ServerResponse[] = [];
  const arrival = Promise.withResolvers<void>();
  return {
    arrived: arrival.promise,
    handler: (_, response) => {
      waiting.push(response);
      arrival.resolve();
    },
    release: () => waiting.splice(0).forEach((response) => response.end("late")),
  };
}
