// The one undici Agent behind all calls, made anew when the cluster's CA or our client certificate has changed. Not for requests.
import { Agent } from "undici";
import type { Credentials } from "./credentials.ts";

export interface Connections {
  /** The agent that goes with the credentials as they are now. */
  agent(): Promise<Agent>;
  /** Waits for nothing: running calls fail. */
  close(): Promise<void>;
}

/**
 * kube-apiserver would multiplex over HTTP/2, but one connection for all is one slow reader for all; so HTTP/1.1.
 * Every watch holds a connection for itself: `connections` is watches plus the calls that may run side by side.
 */
export function createConnections(options: { credentials: Credentials; connections: number }): Connections {
  const { credentials } = options;
  let current: { agent: Agent; identity: string } | undefined;

  return {
    async agent() {
      const certificate = await credentials.clientCertificate?.();
      const { ca, insecure, serverName } = credentials;
      const identity = `${ca ?? ""}\n${certificate?.cert ?? ""}`;
      if (current?.identity === identity) return current.agent;
      // calls that run on the old agent may finish on it
      void current?.agent.close();
      const agent = new Agent({
        allowH2: false,
        pipelining: 1,
        connections: options.connections,
        keepAliveTimeout: 60_000,
        // deadlines are ours, see transport.ts
        headersTimeout: 0,
        bodyTimeout: 0,
        connect: {
          timeout: 5_000,
          keepAlive: true,
          keepAliveInitialDelay: 30_000,
          ...(ca === undefined ? {} : { ca }),
          ...(certificate === undefined ? {} : certificate),
          ...(insecure === true ? { rejectUnauthorized: false } : {}),
          ...(serverName === undefined ? {} : { servername: serverName }),
        },
      });
      current = { agent, identity };
      return agent;
    },
    async close() {
      await current?.agent.destroy();
      current = undefined;
    },
  };
}
