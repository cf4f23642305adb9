// A TCP relay on loopback. It stands for a Service (several replicas behind one address), or on the way to an API server for a network that fails.
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** A connection that young may carry a first request that cannot be told from the handshake. */
const YOUNG_MS = 200;

export interface Relay {
  readonly port: number;
  /** Where new connections go, in turns; those that are open stay where they are, as behind a Service. */
  setBackends(ports: readonly number[]): void;
  /** Resets every open connection; new ones are taken. */
  cut(): void;
  /** From now on nothing passes either way and nothing is closed; new connections are taken and stay silent. */
  freeze(): void;
  /** What was held back passes on. */
  thaw(): void;
  /** Open connections to a backend. */
  connections(backend: number): number;
  /** Of these, how many wait for an answer: at most as many requests as are in flight there. */
  inFlight(backend: number): number;
  /** How many of its connections have ended in that state so far. */
  unanswered(backend: number): number;
  close(): Promise<void>;
}

interface Pair {
  client: Socket;
  server: Socket;
  backend: number;
  since: number;
  waits: boolean;
}

/** Where a backend refuses a connection the next one is asked, as if its end had been noticed at once. `port`: by default any. */
export async function startRelay(backends: readonly number[], { port = 0 }: { port?: number } = {}): Promise<Relay> {
  const pairs = new Set<Pair>();
  const waiting = new Set<Socket>();
  const unanswered = new Map<number, number>();
  let targets = [...backends];
  let turn = 0;
  let frozen = false;

  function join(client: Socket, backend: number, server: Socket): void {
    const pair: Pair = { client, server, backend, since: Date.now(), waits: false };
    pairs.add(pair);
    for (const [from, to, waits] of [
      [client, server, true],
      [server, client, false],
    ] as const) {
      from.on("data", (chunk: Buffer) => {
        pair.waits = waits;
        if (!to.write(chunk)) from.pause();
      });
      to.on("drain", () => frozen || from.resume());
      from.once("end", () => to.end());
      from.on("error", () => reset(to));
      from.once("close", () => {
        if (pairs.delete(pair) && isInFlight(pair)) unanswered.set(backend, (unanswered.get(backend) ?? 0) + 1);
        to.destroySoon();
      });
      if (frozen) from.pause();
      else from.resume();
    }
  }

  async function accept(client: Socket): Promise<void> {
    client.on("error", () => undefined);
    waiting.add(client);
    client.once("close", () => waiting.delete(client));
    for (let tries = 0; tries < targets.length && !client.destroyed; tries++) {
      const backend = targets[turn++ % targets.length] ?? 0;
      const server = connect({ port: backend, host: "127.0.0.1", noDelay: true });
      server.on("error", () => undefined);
      const connected = await once(server, "connect").then(
        () => true,
        () => false,
      );
      if (!connected) continue;
      waiting.delete(client);
      if (client.destroyed) return void server.destroy();
      return join(client, backend, server);
    }
    client.resetAndDestroy();
  }

  const server = createServer({ pauseOnConnect: true, noDelay: true }, (client) => void accept(client));
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("start a relay: it listens on no port");
  const of = (backend: number): Pair[] => [...pairs].filter((pair) => pair.backend === backend);
  const cut = (): void => {
    for (const pair of pairs) {
      reset(pair.client);
      reset(pair.server);
    }
    for (const client of waiting) client.resetAndDestroy();
  };

  return {
    port: address.port,
    setBackends: (ports) => void (targets = [...ports]),
    cut,
    freeze() {
      frozen = true;
      for (const pair of pairs) for (const socket of [pair.client, pair.server]) socket.pause();
    },
    thaw() {
      frozen = false;
      for (const pair of pairs) for (const socket of [pair.client, pair.server]) socket.resume();
    },
    connections: (backend) => of(backend).length,
    inFlight: (backend) => of(backend).filter(isInFlight).length,
    unanswered: (backend) => unanswered.get(backend) ?? 0,
    async close() {
      const closed = once(server, "close");
      server.close();
      cut();
      await closed;
    },
  };
}

const isInFlight = ({ waits, since }: Pair): boolean => waits || Date.now() - since < YOUNG_MS;

/** While its end is on the way it cannot be reset: node would say so, and never let go of it. */
function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
