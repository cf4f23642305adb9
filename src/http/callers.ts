// Who may call: those that show a certificate of a given authority, made out to one of the given names. Everybody else is cut off unheard.
import type { Server, TLSSocket } from "node:tls";
import type { Clock } from "../model/clock.ts";
import type { Log } from "../model/log.ts";

/** PEM; undefined until they could be read. */
export interface CallerAuthorities {
  current(): string | undefined;
  subscribe(listener: () => void): void;
}

export interface Callers {
  authorities: CallerAuthorities;
  /** Common names. */
  names: ReadonlySet<string>;
}

/** A connection without a certificate of the context's authorities ends with its handshake. */
export const MUTUAL = { requestCert: true, rejectUnauthorized: true } as const;

const WARN_EVERY_MS = 60_000;

/** Closes every connection whose certificate has another name, before a byte of its request is read. */
export function admitOnly(server: Server, { names }: Callers, { clock, log }: { clock: Clock; log: Log }): void {
  let warnedAt = -Infinity;
  const mayWarn = (): boolean => {
    if (Math.abs(clock.now() - warnedAt) < WARN_EVERY_MS) return false;
    warnedAt = clock.now();
    return true;
  };
  // before node:https's own listener, which begins to read the request
  server.prependListener("secureConnection", (socket: TLSSocket) => {
    const name = commonNameOf(socket);
    if (socket.authorized && name !== undefined && names.has(name)) return;
    socket.destroy();
    if (mayWarn()) log.warn({ caller: name?.slice(0, 64) }, "caller refused: its certificate has another name");
  });
  server.on("tlsClientError", (error: NodeJS.ErrnoException) => {
    if (mayWarn()) log.warn({ code: error.code }, "caller refused: no certificate that is trusted");
  });
}

/** Of a subject with several it is undefined: which of them counts is anybody's guess. */
function commonNameOf(socket: TLSSocket): string | undefined {
  const name: unknown = socket.getPeerCertificate().subject?.CN;
  return typeof name === "string" ? name : undefined;
}
