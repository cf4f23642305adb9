// A process of its own that answers everything with the bytes of one file: the floor of an answer that is there already.
import { fork } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";

export interface BareServer {
  port: number;
  /** Milliseconds that it has computed so far. */
  cpu(): Promise<number>;
  stop(): Promise<void>;
}

export async function startBareServer(gzippedFile: string): Promise<BareServer> {
  const child = fork(fileURLToPath(import.meta.url), [gzippedFile], { env: {} });
  const exited = once(child, "exit");
  const told = async (): Promise<number> => {
    const [value] = await Promise.race([
      once(child, "message"),
      exited.then(() => Promise.reject(new Error("run bare server: it has ended"))),
    ]);
    return Number(value);
  };
  exited.catch(() => undefined);
  const port = await told();
  return {
    port,
    cpu() {
      child.send("cpu");
      return told();
    },
    async stop() {
      child.disconnect();
      await exited;
    },
  };
}

if (import.meta.main) {
  const bytes = await readFile(process.argv[2] ?? "");
  const headers = { "content-type": "application/json", "content-encoding": "gzip", "content-length": bytes.length };
  const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
    request.resume();
    response.writeHead(200, headers);
    response.end(bytes);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send?.((user + system) / 1000);
  });
  process.once("disconnect", () => process.exit());
  process.send?.((server.address() as AddressInfo).port);
}
