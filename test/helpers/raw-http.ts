// An HTTP client that sends the bytes it is told to, right or wrong, over TLS or plain TCP on loopback.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from "node:tls";

export interface RawAnswer {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: string;
}

export interface RawClient {
  socket: Socket;
  send(bytes: string | Buffer): void;
  /** The next answer on this connection; rejects if the connection ends before it is whole. */
  answer(): Promise<RawAnswer>;
  /** Resolves when the server has closed the connection. */
  closed: Promise<void>;
}

export async function rawClient(port: number, tls?: ConnectionOptions): Promise<RawClient> {
  const socket = tls === undefined ? connect(port, "127.0.0.1") : connectTls({ ...tls, host: "127.0.0.1", port });
  await once(socket, tls === undefined ? "connect" : "secureConnect");
  return clientOf(socket);
}

/** The certificate that the server showed, as PEM-less DER in base64. */
export const shownCertificate = ({ socket }: RawClient): string =>
  (socket as TLSSocket).getPeerCertificate().raw.toString("base64");

function clientOf(socket: Socket): RawClient {
  let received = Buffer.alloc(0);
  let wake = Promise.withResolvers<void>();
  const closed = new Promise<void>((resolve) => void socket.once("close", () => resolve()));
  socket.on("error", () => undefined); // a reset is one way to be closed
  socket.on("data", (chunk) => {
    received = Buffer.concat([received, chunk]);
    wake.resolve();
  });
  void closed.then(() => wake.resolve());

  return {
    socket,
    closed,
    send: (bytes) => void socket.write(bytes),
    async answer() {
      for (;;) {
        const parsed = parse(received);
        if (parsed !== undefined) {
          received = received.subarray(parsed.length);
          return parsed.answer;
        }
        if (socket.closed) throw new Error(`connection closed after ${JSON.stringify(received.toString())}`);
        wake = Promise.withResolvers();
        await wake.promise;
      }
    },
  };
}

function parse(bytes: Buffer): { answer: RawAnswer; length: number } | undefined {
  const headEnd = bytes.indexOf("\r\n\r\n");
  if (headEnd < 0) return undefined;
  const [statusLine = "", ...lines] = bytes.toString("latin1", 0, headEnd).split("\r\n");
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]),
  );
  const length = headEnd + 4 + Number(headers["content-length"] ?? 0);
  if (bytes.length < length) return undefined;
  return {
    answer: { status: Number(statusLine.split(" ")[1]), headers, body: bytes.toString("utf8", headEnd + 4, length) },
    length,
  };
}

/** A POST as kube-apiserver sends it, with `headers` besides. */
export function post(
  path: string,
  body: string | Buffer,
  headers: string[] = ["content-type: application/json"],
): Buffer {
  const head = [`POST ${path} HTTP/1.1`, "host: x", `content-length: ${Buffer.byteLength(body)}`, ...headers];
  return Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`), Buffer.from(body)]);
}
