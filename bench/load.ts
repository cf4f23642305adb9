// Questions as Argo CD asks them, over connections that are kept: at a fixed rate whatever the answers take, or a number of them in a row.
import { Agent, request } from "node:http";
import { openLoop, type Rate } from "../sandbox/open-loop.ts";

export interface Client {
  /** The body as it came over the wire. Rejects unless it is a 200. */
  ask(encoding?: "gzip" | "identity"): Promise<Buffer>;
  close(): void;
}

const BODY = JSON.stringify({ applicationSetName: "bench", input: { parameters: {} } });

export function createClient(port: number, token = ""): Client {
  const agent = new Agent({ keepAlive: true });
  return {
    ask: (encoding = "gzip") =>
      new Promise((resolve, reject) => {
        const asked = request({
          agent,
          host: "127.0.0.1",
          port,
          path: "/api/v1/getparams.execute",
          method: "POST",
          headers: {
            authorization: `Bearer ${token}`,
            "content-type": "application/json",
            "content-length": Buffer.byteLength(BODY),
            "accept-encoding": encoding,
          },
        });
        asked.once("error", reject);
        asked.once("response", (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.once("error", reject);
          response.once("end", () => {
            if (response.statusCode === 200) resolve(Buffer.concat(chunks));
            else reject(new Error(`ask port ${port}: ${response.statusCode}`));
          });
        });
        asked.end(BODY);
      }),
    close: () => agent.destroy(),
  };
}

/** Open loop. Milliseconds from sent to the last byte. */
export const atRate = (client: Client, rate: Rate): Promise<number[]> => openLoop(() => timed(client), rate);

export async function inARow(client: Client, count: number): Promise<void> {
  for (let index = 0; index < count; index++) await client.ask();
}

async function timed(client: Client): Promise<number> {
  const sent = performance.now();
  await client.ask();
  return performance.now() - sent;
}
