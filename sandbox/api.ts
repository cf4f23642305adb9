// A bare call to the sandbox's apiserver, for the sandbox's own needs and for tests. The product's client is src/kube.
import { Agent, request } from "node:https";

const DEADLINE_MS = 10_000;

export interface ApiCall {
  method?: string;
  path: string;
  /** A string goes out as it is, anything else as JSON. */
  body?: unknown;
  contentType?: string;
}

export interface ApiAnswer {
  status: number;
  text: string;
}

export interface Api {
  /** Gives any answer there is; throws if there is none. */
  call(call: ApiCall): Promise<ApiAnswer>;
  /** Whether a GET is answered with 200; false also if nothing answers. */
  has(path: string): Promise<boolean>;
}

export function createApi(target: { server: string; ca: string; token: string }): Api {
  const agent = new Agent({ ca: target.ca }); // no kept connections: they would break with every restart;
  const call: Api["call"] = ({ method = "GET", path, body, contentType = "application/json" }) =>
    new Promise((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${target.token}`,
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": contentType }),
      };
      const signal = AbortSignal.timeout(DEADLINE_MS);
      const sent = request(new URL(path, target.server), { agent, method, headers, signal }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          resolve({ status: response.statusCode ?? 0, text });
        });
      });
      sent.on("error", (error) => reject(new Error(`${method} ${path}: no answer`, { cause: error })));
      sent.end(body === undefined || typeof body === "string" ? body : JSON.stringify(body));
    });
  return {
    call,
    has: (path) =>
      call({ path }).then(
        ({ status }) => status === 200,
        () => false,
      ),
  };
}
