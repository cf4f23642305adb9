// Requests over kept HTTPS connections, as kube-apiserver and its clients make them, and as many at once as there are connections.
import { Agent, request } from "node:https";

export interface Target {
  /** https://host:port */
  server: string;
  /** PEM. */
  ca: string;
  token?: string;
  /** At most; a request waits for one. */
  connections: number;
}

export interface Call {
  method?: string;
  path: string;
  body?: string | Buffer;
  contentType?: string;
}

export interface Answer {
  status: number;
  text: string;
}

export interface HttpsClient {
  /** Rejects if there is no answer. */
  send(call: Call): Promise<Answer>;
  close(): void;
}

const DEADLINE_MS = 120_000;

export function createHttpsClient({ server, ca, token, connections }: Target): HttpsClient {
  const agent = new Agent({ keepAlive: true, maxSockets: connections, maxFreeSockets: connections, ca });
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return {
    send: ({ method = "POST", path, body, contentType = "application/json" }) =>
      new Promise((resolve, reject) => {
        const length =
          body === undefined ? {} : { "content-type": contentType, "content-length": Buffer.byteLength(body) };
        const headers = { ...authorization, accept: "application/json", ...length };
        const sent = request(`${server}${path}`, { agent, method, headers, timeout: DEADLINE_MS });
        sent.once("timeout", () => sent.destroy(new Error("timeout")));
        sent.once("error", (cause) => reject(new Error(`${method} ${path}: no answer`, { cause })));
        sent.once("response", (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.once("error", reject);
          response.once("end", () =>
            resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") }),
          );
        });
        sent.end(body);
      }),
    close: () => agent.destroy(),
  };
}

/** The answer's text; rejects unless the status is the one that is wanted. */
export async function wanted(status: number, client: HttpsClient, call: Call): Promise<string> {
  const answer = await client.send(call);
  if (answer.status === status) return answer.text;
  throw new Error(`${call.method ?? "POST"} ${call.path}: ${answer.status}: ${answer.text.slice(0, 300)}`);
}

/** Milliseconds that it took. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

/** Closed loop: `atOnce` at a time, each followed by the next, for so long. Milliseconds of each; rejects with the first that fails. */
export async function closedLoop(
  send: (index: number) => Promise<unknown>,
  { atOnce, seconds }: { atOnce: number; seconds: number },
): Promise<number[]> {
  const samples: number[] = [];
  const end = performance.now() + seconds * 1000;
  let next = 0;
  const work = async (): Promise<void> => {
    while (performance.now() < end) {
      const index = next++;
      samples.push(await timed(() => send(index)));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return samples;
}
