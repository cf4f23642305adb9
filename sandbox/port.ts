// TCP ports of the loopback interface: one that nobody listens on, and a start that does not mind when somebody was faster.
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const TRIES = 5;

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

/** Another process may take a port that was free a moment ago; on a restart, a client that keeps knocking may hold it for a moment. */
export async function unlessTaken<T>(taken: (error: unknown) => boolean, start: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await start();
    } catch (error) {
      if (!taken(error) || tries === TRIES) throw error;
      await sleep(100);
    }
  }
}

/** Whether anybody listens on the port. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const answer = (yes: boolean) => (): void => {
      socket.destroy();
      resolve(yes);
    };
    socket.once("connect", answer(true)).once("error", answer(false));
  });
}
