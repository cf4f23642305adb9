// A listening socket with bounds: HTTPS from a certificate source, or plain HTTP. What is answered is its handler's affair.
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { CertificateSource } from "../../certs/source.ts";
import type { Clock } from "../model/clock.ts";
import type { Log } from "../model/log.ts";
import { admitOnly, type Callers, MUTUAL } from "./callers.ts";
import { createGracefulClose } from "./graceful-close.ts";
import { followCertificate, TLS } from "./serving-context.ts";

export interface HttpServer {
  /** Starts to accept; resolves to the port, rejects if the address cannot be had. HTTPS waits for its first certificate. */
  listen(): Promise<number>;
  /** The port that it listens on; undefined while it does not. */
  port(): number | undefined;
  /**
   * For `ms` it goes on accepting and answering, and each answer asks the caller to come back on a new connection, which is then another
   * replica's. A second call joins the first.
   */
  drain(ms: number): Promise<void>;
  /** Accepts nothing new, finishes what is being answered, cuts off what is left after `deadlineMs`. A second call joins the first. */
  close(deadlineMs: number): Promise<void>;
}

export interface Bounds {
  /** From the first byte, or from the connection on, to the end of a request's head. */
  headersMs: number;
  /** The same to the end of its body. */
  requestMs: number;
  /** How long an idle connection is kept: above the 90 s that kube-apiserver keeps it, so that a request never meets a closing one. */
  keepAliveMs: number;
  handshakeMs: number;
  /** How often the first two are looked at. */
  checkMs: number;
  headerBytes: number;
  /** At once; more are closed unanswered. An apiserver holds about 25. */
  connections: number;
}

export const BOUNDS: Bounds = {
  headersMs: 15_000,
  requestMs: 15_000,
  keepAliveMs: 120_000,
  handshakeMs: 10_000,
  checkMs: 2_000,
  headerBytes: 16 * 1024,
  connections: 1024,
};

export interface HttpServerOptions {
  handler: RequestListener;
  host: string;
  /** 0 takes a free one. */
  port: number;
  clock: Clock;
  log: Log;
  bounds?: Partial<Bounds>;
}

/** TLS 1.3 and HTTP/1.1 only; a new certificate of the source is served to new connections at once. With `callers`, nobody else gets an answer. */
export function createHttpsServer(
  options: HttpServerOptions & { source: CertificateSource; callers?: Callers | undefined },
): HttpServer {
  const { source, handler, callers, clock, log } = options;
  const bounds = { ...BOUNDS, ...options.bounds };
  const settings = { ...TLS, ...serverOptions(bounds), handshakeTimeout: bounds.handshakeMs, ...(callers && MUTUAL) };
  const server = createTlsServer(settings, handler);
  // a handshake that fails is the caller's trouble, and anybody may cause it
  server.on("tlsClientError", (error: NodeJS.ErrnoException) =>
    log.debug({ code: error.code }, "TLS handshake failed"),
  );
  if (callers !== undefined) admitOnly(server, callers, { clock, log });
  return door(server, options, followCertificate(server, source, { callers: callers?.authorities, log }));
}

/** For health and metrics, within the cluster. */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const bounds = { ...BOUNDS, ...options.bounds };
  return door(createServer(serverOptions(bounds), options.handler), options, Promise.resolve());
}

function serverOptions(bounds: Bounds) {
  return {
    headersTimeout: bounds.headersMs,
    requestTimeout: bounds.requestMs,
    keepAliveTimeout: bounds.keepAliveMs,
    connectionsCheckingInterval: bounds.checkMs,
    maxHeaderSize: bounds.headerBytes,
  };
}

function door(server: Server, options: HttpServerOptions, ready: Promise<void>): HttpServer {
  const { host, port, clock, log } = options;
  const graceful = createGracefulClose(server, clock);
  const address = `${host}:${port}`;
  server.maxRequestsPerSocket = 0;
  server.maxConnections = options.bounds?.connections ?? BOUNDS.connections;
  warnWhenFull(server, { address, clock, log });

  return {
    async listen() {
      await Promise.race([ready, graceful.begun]);
      if (graceful.isBegun()) throw new Error(`listen on ${address}: closed before there was a certificate`);
      await listening(server, host, port);
      server.on("error", (error: NodeJS.ErrnoException) => log.error({ address, code: error.code }, "accept failed"));
      const bound = portOf(server) ?? port;
      log.info({ host, port: bound }, "listening");
      return bound;
    },
    port: () => portOf(server),
    drain: (ms) => graceful.drain(ms),
    close: (deadlineMs) => graceful.close(deadlineMs),
  };
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const refused = (error: NodeJS.ErrnoException): void =>
      reject(new Error(`listen on ${host}:${port}: ${error.code ?? "refused"}`, { cause: error }));
    server.once("error", refused);
    server.listen({ host, port }, () => {
      server.off("error", refused);
      resolve();
    });
  });
}

function portOf(server: Server): number | undefined {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : undefined;
}

const WARN_EVERY_MS = 60_000;

function warnWhenFull(server: Server, { address, clock, log }: { address: string; clock: Clock; log: Log }): void {
  let warnedAt = -Infinity;
  server.on("drop", () => {
    if (clock.now() - warnedAt < WARN_EVERY_MS) return;
    warnedAt = clock.now();
    log.warn({ address, connections: server.maxConnections }, "connections refused: too many are open");
  });
}
