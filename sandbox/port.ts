// A TCP port of the loopback interface that nobody listens on.
import { once } from "node:events";
import { createServer } from "node:net";

/** Free a moment ago: whoever uses it must be ready for it to be taken. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("find a free port: none given");
  return address.port;
}
