// The generator alone, as a part beside Cassandra: the real service without any cluster, as the plugin that it replaces runs.
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Database } from "./database.ts";
import type { RunningProcess } from "./part.ts";
import { freePort } from "./port.ts";

const ENTRY = fileURLToPath(new URL("../src/cli.ts", import.meta.url));

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

export interface RunningGenerator {
  readonly process: RunningProcess;
  readonly ports: { generator: number; health: number };
  readonly token: string;
  readonly tokenFile: string;
  /** As Argo CD asks. `body` goes out as it is if it is text. */
  ask(body?: unknown, options?: { headers?: Record<string, string>; path?: string; method?: string }): Promise<Answer>;
  health(path: string): Promise<Answer>;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

/** Resolves when it answers /livez: it need not be ready. Settings come on top of those that name the database. */
export async function startGenerator(
  database: Pick<Database, "directory" | "run">,
  settings: Record<string, string>,
  name = "generator",
): Promise<RunningGenerator> {
  const ports = { generator: await freePort(), health: await freePort() };
  const token = randomBytes(18).toString("base64url");
  const tokenFile = join(database.directory, `${name}.token`);
  await writeFile(tokenFile, `${token}\n`, { mode: 0o600 });
  const health = (path: string): Promise<Answer> => send(ports.health, path, { method: "GET" });
  const started = await database.run({
    name,
    command: process.execPath,
    args: [ENTRY, "serve", "--roles", "generator"],
    env: {
      PORT: String(ports.generator),
      LANDLORD_HEALTH_PORT: String(ports.health),
      LANDLORD_BIND_ADDRESS: "127.0.0.1",
      PLUGIN_TOKEN_FILE: tokenFile,
      GENERATOR_BASELINE_FILE: join(database.directory, `${name}.baseline.json`),
      GENERATOR_REFRESH_INTERVAL: "250ms",
      ...settings,
    },
    ready: () =>
      health("/livez").then(
        ({ status }) => status === 200,
        () => false,
      ),
  });
  return {
    process: started,
    ports,
    token,
    tokenFile,
    health,
    ask: (body = {}, { headers = {}, path = "/api/v1/getparams.execute", method = "POST" } = {}) =>
      send(ports.generator, path, {
        method,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
        ...(method === "GET" ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      }),
    stop: () => started.stop(30_000),
    kill: () => started.stop(0),
  };
}

async function send(port: number, path: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { ...init, signal: AbortSignal.timeout(30_000) });
  return { status: response.status, headers: response.headers, text: await response.text() };
}
