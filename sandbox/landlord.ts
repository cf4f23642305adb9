// Landlord itself as a part of the sandbox: the real service, with exactly the ServiceAccount and the rights of manifests/.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { noteOverlay } from "./audit.ts";
import { applyManifests } from "./manifests.ts";
import type { RunningProcess } from "./part.ts";
import { freePort } from "./port.ts";
import type { Sandbox } from "./sandbox.ts";

const ENTRY = fileURLToPath(new URL("../src/cli.ts", import.meta.url));
/** What node runs unless told: the sources of this checkout. */
export const PROGRAM: readonly string[] = [ENTRY];

export interface LandlordOptions {
  /** Settings on top of those that the sandbox needs. */
  settings?: Record<string, string>;
  /** Name of the process and of its log file; several may run side by side. */
  name?: string;
  /** Ports of an earlier one, whose place it takes. */
  ports?: Ports;
  /** Runs the generator too, with the rights of manifests/generator, and lets in who sends this token. */
  generator?: { token: string };
  /** The port that the API server calls: that of a relay in front of several; by default Landlord's own. */
  webhookPort?: number;
  /** Where it finds the API server: a relay's; by default the sandbox's. */
  server?: string;
  /** False: resolves when it answers /livez, not only when it is ready. */
  waitForReady?: boolean;
  /** What node runs: the file of the command line, by default PROGRAM. Flags of node may stand before it. */
  program?: readonly string[];
  /** Done when everything is in the cluster and Landlord is not running yet. */
  beforeStart?: () => Promise<void>;
}

export interface Ports {
  webhooks: number;
  health: number;
  generator: number;
}

export interface RunningLandlord {
  readonly ports: Ports;
  readonly process: RunningProcess;
  /** Its own, by which the API server's audit log tells it from others. */
  readonly token: string;
  /** Lines of its log, parsed. */
  log(): Promise<Record<string, unknown>[]>;
  /** Status and body of a path on its health port. */
  get(path: string): Promise<{ status: number; text: string }>;
  /** SIGTERM, and waits until it has ended. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

/** Puts the manifests into the cluster and starts Landlord under its own ServiceAccount. */
export async function startLandlord(sandbox: Sandbox, options: LandlordOptions = {}): Promise<RunningLandlord> {
  const { settings = {}, name = "landlord", waitForReady = true, program = PROGRAM } = options;
  const overlay = options.generator === undefined ? "." : "generator";
  await noteOverlay(sandbox.directory, overlay);
  await applyManifests(sandbox, { overlay });
  const ports = options.ports ?? { webhooks: await freePort(), health: await freePort(), generator: await freePort() };
  await applyManifests(sandbox, { overlay, webhookPort: options.webhookPort ?? ports.webhooks });
  const tokenFile = join(sandbox.directory, `${name}.token`);
  await writeFile(tokenFile, options.generator?.token ?? "", { mode: 0o600 });
  const token = await ownToken(sandbox);
  const kubeconfig = sandbox.kubeconfig({
    token,
    ...(options.server === undefined ? {} : { server: options.server }),
  });
  await options.beforeStart?.();
  const get = (path: string): Promise<{ status: number; text: string }> => httpGet(ports.health, path);
  const answers = (path: string) => (): Promise<boolean> =>
    get(path).then(
      ({ status }) => status === 200,
      () => false,
    );
  const process_ = await sandbox.run({
    name,
    command: process.execPath,
    args: [...program, "serve"],
    env: {
      KUBECONFIG: kubeconfig,
      LANDLORD_ROLES: options.generator === undefined ? "webhooks,initializer" : "webhooks,generator,initializer",
      LANDLORD_BIND_ADDRESS: "127.0.0.1",
      LANDLORD_WEBHOOK_PORT: String(ports.webhooks),
      LANDLORD_HEALTH_PORT: String(ports.health),
      PORT: String(ports.generator),
      PLUGIN_TOKEN_FILE: tokenFile,
      LANDLORD_CERTIFICATE_NAMES: "127.0.0.1,landlord.landlord.svc",
      LANDLORD_IDENTITY: name,
      LANDLORD_ADMIN_GROUPS: "platform-admins",
      LANDLORD_SHUTDOWN_DRAIN: "0", // nobody has to hear of it here, unless a relay stands for the Service
      ...settings,
    },
    ready: answers(waitForReady ? "/readyz" : "/livez"),
  });
  return {
    ports,
    process: process_,
    token,
    get,
    async log() {
      const written = await readFile(join(sandbox.directory, `${name}.log`), "utf8");
      return written
        .split("\n")
        .filter((line) => line.startsWith("{"))
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    },
    stop: () => process_.stop(30_000),
    kill: () => process_.stop(0),
  };
}

async function ownToken(sandbox: Sandbox): Promise<string> {
  const { code, stdout, stderr } = await sandbox.kubectl(["create", "token", "landlord", "-n", "landlord"]);
  if (code !== 0) throw new Error(`create token for Landlord: ${stderr.trim()}`);
  return stdout.trim();
}

async function httpGet(port: number, path: string): Promise<{ status: number; text: string }> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(2_000) });
  return { status: response.status, text: await response.text() };
}

/** Runs one command of the command line to its end. */
export async function runLandlord(
  args: readonly string[],
  settings: Record<string, string>,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [ENTRY, ...args], { env: { PATH: process.env["PATH"], ...settings } });
  const ended = once(child, "close");
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  await ended;
  return { code: child.exitCode ?? 1, stdout, stderr };
}
