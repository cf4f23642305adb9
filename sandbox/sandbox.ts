// A Kubernetes control plane of one's own, for tests, benchmarks and for trying things: real programs, no Docker, nothing left behind.
import type { Api } from "./api.ts";
import { type CrdFile, installCrds } from "./crds.ts";
import type { KubePrograms } from "./go-tools.ts";
import type { Kubeconfigs } from "./kubeconfig.ts";
import { type KubectlResult, runKubectl } from "./kubectl.ts";
import type { Means, Program, Room } from "./part.ts";
import { CONTROL_PLANE, type ControlPlane } from "./parts/control-plane.ts";
import { CRD_SETS, type CrdSetName } from "./parts/index.ts";
import type { RunningProcess } from "./process.ts";
import { openRoom } from "./room.ts";
import { DEFAULT_USERS, type SandboxUser } from "./users.ts";

export interface SandboxOptions {
  /** Groups of CRDs that are there before the controllers start, so that their objects are collected from the first. */
  crds?: readonly CrdSetName[];
  /** Default true. */
  controllerManager?: boolean;
  /** Default DEFAULT_USERS. The admin is always there. */
  users?: readonly SandboxUser[];
  /** Further flags for kube-apiserver. */
  apiserverFlags?: readonly string[];
  /** Takes a line about work that lets people wait; default stderr. */
  log?: (line: string) => void;
  /** Aborts a start, also in the middle of a build. A sandbox that stands is stopped with `stop()`. */
  signal?: AbortSignal;
  env?: NodeJS.ProcessEnv;
}

export interface Sandbox {
  readonly directory: string;
  /** https://127.0.0.1:port */
  readonly server: string;
  /** What the server's certificate is trusted by, PEM. */
  readonly ca: string;
  readonly adminToken: string;
  /** The path of kubectl. */
  readonly kubectlPath: string;
  /** Calls as the admin. */
  readonly api: Api;
  /** The path of a kubeconfig for a user or a token; the admin's by default. */
  kubeconfig: Kubeconfigs;
  kubectl(
    args: readonly string[],
    options?: { input?: string; user?: string; kubeconfig?: string },
  ): Promise<KubectlResult>;
  /** Starts one more program in the sandbox's directory; it goes with the sandbox, or before. */
  run(program: Program): Promise<RunningProcess>;
  processes(): { name: string; pid: number | undefined }[];
  stopApiserver(): Promise<void>;
  /** On the port and with the data that it had. */
  startApiserver(): Promise<void>;
  restartApiserver(): Promise<void>;
  stopControllerManager(): Promise<void>;
  startControllerManager(): Promise<void>;
  /** Rejects when a process has ended that was not asked to; the message has the end of its log. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
}

/** All that a sandbox is made of, found or built; starts nothing. Throws MissingTool if something cannot be had here. */
export async function findParts(options: SandboxOptions = {}): Promise<{ programs: KubePrograms; crds: CrdFile[] }> {
  const { env = process.env, signal = new AbortController().signal, log = toStderr, crds = [] } = options;
  const means: Means = { env, log, signal };
  const programs = await CONTROL_PLANE.find(means);
  const files = await Promise.all(crds.map((name) => CRD_SETS[name].find(means)));
  return { programs, crds: files.flat() };
}

/** Resolves when everything is ready. Throws MissingTool, or says which part did not come up and why; nothing is left then. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { controllerManager = true, users = DEFAULT_USERS, apiserverFlags = [] } = options;
  const { signal = new AbortController().signal } = options;
  const { programs, crds } = await findParts(options);
  const room = await openRoom(signal);
  try {
    const plane = await CONTROL_PLANE.start(programs, room, { users, apiserverFlags });
    await installCrds(plane.api, crds, signal);
    if (controllerManager) await plane.controllerManager.on();
    return sandboxOf(room, plane, programs.kubectl);
  } catch (error) {
    await room.close();
    throw error;
  }
}

function sandboxOf(room: Room, plane: ControlPlane, kubectlPath: string): Sandbox {
  const { directory, failed } = room;
  const { apiserver, controllerManager, server, ca, adminToken, api, kubeconfig } = plane;
  return {
    directory,
    server,
    ca,
    adminToken,
    kubectlPath,
    api,
    kubeconfig,
    failed,
    kubectl: (args, { input = "", user, kubeconfig: file = kubeconfig(user) } = {}) =>
      runKubectl({ command: kubectlPath, directory, kubeconfig: file, args, input }),
    run: (program) => room.start(program),
    processes: () => room.running().map(({ name, pid }) => ({ name, pid })),
    stopApiserver: apiserver.off,
    startApiserver: apiserver.on,
    async restartApiserver() {
      await apiserver.off();
      await apiserver.on();
    },
    stopControllerManager: controllerManager.off,
    startControllerManager: controllerManager.on,
    stop: () => room.close(),
  };
}

const toStderr = (line: string): void => void process.stderr.write(`${line}\n`);
