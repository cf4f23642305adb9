// One TLS handshake on loopback with a given leaf.
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:tls";

/** The protocol that was agreed on; rejects with the client's error. Everything opened is closed. */
export async function handshake(
  leaf: { certificate: string; key: string },
  client: { ca: string; servername: string },
): Promise<string | null> {
  const server = createServer({ cert: leaf.certificate, key: leaf.key });
  server.on("tlsClientError", () => undefined);
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const socket = connect({ ...client, host: "127.0.0.1", port });
  try {
    await once(socket, "secureConnect");
    return socket.getProtocol();
  } finally {
    socket.destroy();
    server.close();
    await once(server, "close");
  }
}
