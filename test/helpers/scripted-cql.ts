// A server of CQL's native protocol v4 on loopback, over TLS or plain TCP, that answers as the test has written down. Plays a tenant database at its worst.
import { once } from "node:events";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { body, type CqlType, type Frame, FrameSplitter, frame, Reader, rows as rowsBody } from "./cql-frames.ts";

export interface SeenQuery {
  statement: string;
  consistency: string;
  /** 0: none was asked for. */
  pageSize: number;
  /** Text of the state; undefined: the first page. */
  pageState: string | undefined;
  values: (Buffer | null)[];
  /** The client sent a time of its own. */
  timestamp: boolean;
}

/** Cells are what their columns' types say: text, boolean, or Map; null is null. */
export interface Page {
  columns: [name: string, type: CqlType][];
  rows: unknown[][];
  /** The state of the next page, and that there is one. Null: there is one, but its state is missing. */
  next?: string | null;
}

export type CqlAnswer =
  | { page: Page }
  /** A RESULT without rows, as writes get it. */
  | "void"
  | { error: number; text?: string }
  /** The connection is closed; after `bytes` of the answer that was to come, if told so. */
  | "drop"
  | { dropAfter: number; of: CqlAnswer }
  /** Nothing at all. */
  | "hang"
  | { slow: number; of: CqlAnswer }
  /** The bytes come in pieces of this size, each on its own. */
  | { pieces: number; of: CqlAnswer };

export type Respond = (query: SeenQuery) => CqlAnswer;

export type CqlLogin =
  | "none"
  | { username: string; password: string }
  /** `accepts` is asked for the client's reply to the challenge. */
  | { nonce: string; accepts: (reply: string) => boolean };

export interface ScriptedCql {
  port: number;
  /** Every statement that a client of ours sent, in order; what the driver itself asks of system tables is left out. */
  queries: SeenQuery[];
  /** The driver's own. */
  systemQueries: string[];
  /** Every token of AUTH_RESPONSE messages. */
  tokens: string[];
  connections: { accepted: number; open: number };
  /** What statements are answered with from now on. */
  respond(how: Respond): void;
  /** What STARTUP is answered with from now on. */
  login(how: CqlLogin): void;
  /** Ends all connections, and refuses new ones until `resume`. */
  refuse(): Promise<void>;
  resume(): Promise<void>;
  /** Ends all connections. */
  hangUp(): void;
  close(): Promise<void>;
}

export interface ScriptedCqlOptions {
  /** PEM; without it the server speaks plain TCP. */
  tls?: { certificate: string; key: string };
  login?: CqlLogin;
  /** Of this server, as system.local tells it. */
  dataCenter?: string;
  respond?: Respond;
}

const CONSISTENCIES = ["ANY", "ONE", "TWO", "THREE", "QUORUM", "ALL", "LOCAL_QUORUM", "EACH_QUORUM", "SERIAL"];
CONSISTENCIES.push("LOCAL_SERIAL", "LOCAL_ONE");
const VERSION = 4;
const OPCODES = { error: 0, ready: 2, authenticate: 3, supported: 6, result: 8, authChallenge: 14, authSuccess: 16 };

export async function createScriptedCql(options: ScriptedCqlOptions = {}): Promise<ScriptedCql> {
  const { tls, dataCenter = "us-east-1" } = options;
  let respond: Respond = options.respond ?? (() => "void");
  let login: CqlLogin = options.login ?? "none";
  const [queries, systemQueries, tokens]: [SeenQuery[], string[], string[]] = [[], [], []];
  const connections = { accepted: 0, open: 0 };
  const sockets = new Set<Socket>();

  const accept = (socket: Socket): void => {
    const splitter = new FrameSplitter();
    const send = (request: Frame, opcode: number, content: Buffer): void =>
      void (socket.destroyed || socket.write(frame({ version: VERSION, opcode, stream: request.stream, content })));
    socket.on("error", () => undefined); // a client that goes away is what some tests are about
    socket.on("data", (chunk: Buffer) => {
      for (const request of splitter.push(chunk)) handle(request, socket, send);
    });
  };

  function handle(
    request: Frame,
    socket: Socket,
    send: (request: Frame, opcode: number, content: Buffer) => void,
  ): void {
    if (request.version > VERSION) {
      return send(request, OPCODES.error, body.error(0x000a, "Invalid or unsupported protocol version"));
    }
    switch (request.opcode) {
      case 1: // STARTUP
        if (login === "none") return send(request, OPCODES.ready, Buffer.alloc(0));
        return send(request, OPCODES.authenticate, body.string("org.apache.cassandra.auth.PasswordAuthenticator"));
      case 15: // AUTH_RESPONSE
        return authenticate(request, send);
      case 5: // OPTIONS
        return send(request, OPCODES.supported, body.short(0));
      case 11: // REGISTER
        return send(request, OPCODES.ready, Buffer.alloc(0));
      case 7: {
        // QUERY
        const query = readQuery(request.content);
        if (/ FROM system\./.test(query.statement)) {
          systemQueries.push(query.statement);
          return send(request, OPCODES.result, systemAnswer(query.statement));
        }
        queries.push(query);
        return answer(respond(query), request, socket, send);
      }
      default:
        return send(request, OPCODES.error, body.error(0x000a, `no such opcode: ${request.opcode}`));
    }
  }

  function authenticate(request: Frame, send: (request: Frame, opcode: number, content: Buffer) => void): void {
    const token = new Reader(request.content).bytes()?.toString() ?? "";
    tokens.push(token);
    if (login === "none") return send(request, OPCODES.authSuccess, body.bytes(null));
    if ("nonce" in login && token === "SigV4\0\0") {
      return send(request, OPCODES.authChallenge, body.bytes(Buffer.from(`nonce=${login.nonce},other=1`)));
    }
    const good = "nonce" in login ? login.accepts(token) : token === `\0${login.username}\0${login.password}`;
    if (good) return send(request, OPCODES.authSuccess, body.bytes(null));
    return send(
      request,
      OPCODES.error,
      body.error(0x0100, `Provided username and/or password are incorrect: ${SECRET}`),
    );
  }

  function systemAnswer(statement: string): Buffer {
    const columns: [string, CqlType][] = [
      ["key", "text"],
      ["data_center", "text"],
      ["rack", "text"],
      ["release_version", "text"],
      ["partitioner", "text"],
      ["tokens", "set<text>"],
      ["host_id", "uuid"],
      ["rpc_address", "inet"],
    ];
    const partitioner = "org.apache.cassandra.dht.Murmur3Partitioner";
    const local = ["local", dataCenter, dataCenter, "3.11.2", partitioner, ["0"], Buffer.alloc(16, 7)];
    return rowsBody({
      columns,
      rows: / FROM system\.local/.test(statement) ? [[...local, Buffer.from([127, 0, 0, 1])]] : [],
    });
  }

  const server =
    tls === undefined ? createTcpServer(accept) : createTlsServer({ cert: tls.certificate, key: tls.key }, accept);
  server.on("tlsClientError", () => undefined);
  server.on("connection", (socket: Socket) => {
    connections.accepted++;
    connections.open++;
    sockets.add(socket);
    socket.setNoDelay(true); // an answer in pieces would wait 40 ms for each
    socket
      .on("error", () => undefined)
      .on("close", () => {
        connections.open--;
        sockets.delete(socket);
      });
  });
  const listen = (port: number): Promise<unknown> => once(server.listen(port, "127.0.0.1"), "listening");
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const hangUp = (): void => sockets.forEach((socket) => socket.destroy());
  const refuse = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server.close(), "close");
    hangUp();
    await closed;
  };

  return {
    port,
    queries,
    systemQueries,
    tokens,
    connections,
    respond: (how) => void (respond = how),
    login: (how) => void (login = how),
    refuse,
    resume: async () => void (await listen(port)),
    hangUp,
    close: refuse,
  };
}

/** What every error's text holds; it must not show up anywhere. */
export const SECRET = "hunter2-from-the-database";

function answer(
  what: CqlAnswer,
  request: Frame,
  socket: Socket,
  send: (request: Frame, opcode: number, content: Buffer) => void,
): void {
  if (what === "hang") return;
  if (what === "drop") return void socket.destroy();
  if (what === "void") return send(request, OPCODES.result, body.int(1));
  if ("page" in what) return send(request, OPCODES.result, rowsBody(what.page));
  if ("error" in what)
    return send(request, OPCODES.error, body.error(what.error, `${what.text ?? "refused"} ${SECRET}`));
  if ("slow" in what) return void setTimeout(() => answer(what.of, request, socket, send), what.slow);
  const bytes = bytesOf(what.of, request, socket);
  if ("dropAfter" in what) return void socket.write(bytes.subarray(0, what.dropAfter), () => socket.destroy());
  void sendPieces(socket, bytes, what.pieces);
}

function bytesOf(what: CqlAnswer, request: Frame, socket: Socket): Buffer {
  let bytes: Buffer = Buffer.alloc(0);
  answer(what, request, socket, ({ stream }, opcode, content) => {
    bytes = frame({ version: VERSION, opcode, stream, content });
  });
  return bytes;
}

async function sendPieces(socket: Socket, bytes: Buffer, size: number): Promise<void> {
  for (let at = 0; at < bytes.length && !socket.destroyed; at += size) {
    await new Promise<void>((resolve) => void socket.write(bytes.subarray(at, at + size), () => resolve()));
    await new Promise((resolve) => void setImmediate(resolve));
  }
}

/** QUERY: statement, consistency, flags, and what the flags announce. */
function readQuery(content: Buffer): SeenQuery {
  const reader = new Reader(content);
  const statement = reader.longString();
  const consistency = CONSISTENCIES[reader.short()] ?? "?";
  const flags = reader.byte();
  const values = flags & 0x01 ? Array.from({ length: reader.short() }, () => reader.bytes()) : [];
  const pageSize = flags & 0x04 ? reader.int() : 0;
  const pageState = flags & 0x08 ? reader.bytes()?.toString() : undefined;
  return { statement, consistency, pageSize, pageState, values, timestamp: (flags & 0x20) !== 0 };
}
