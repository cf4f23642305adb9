// A Kubernetes control plane of one's own, for tests, benchmarks and for trying things: real programs, no Docker, nothing left behind.
import type { Api } from "./api.ts";
import { auditFlags } from "./audit.ts";
import type { Cassandra, NodeFiles } from "./cassandra/node.ts";
import { type CrdFile, installCrds } from "./crds.ts";
import type { KubePrograms } from "./go-tools.ts";
import type { Kubeconfigs } from "./kubeconfig.ts";
import { type KubectlResult, runKubectl } from "./kubectl.ts";
import type { Means, Program, Room, RunningProcess } from "./part.ts";
import type { WebhookClient } from "./parts/admission-control.ts";
import { ARGOCD, type Argocd } from "./parts/argocd.ts";
import type { ArgocdFiles } from "./parts/argocd-files.ts";
import { CASSANDRA } from "./parts/cassandra.ts";
import { CERT_MANAGER } from "./parts/cert-manager.ts";
import type { CertManagerFiles } from "./parts/cert-manager-files.ts";
import { CONTROL_PLANE, type ControlPlane } from "./parts/control-plane.ts";
import { FLUX, type Flux } from "./parts/flux.ts";
import type { FluxFiles } from "./parts/flux-files.ts";
import { CRD_SETS, type CrdSetName, type ExtraName } from "./parts/index.ts";
import { openRoom } from "./room.ts";
import { DEFAULT_USERS, type SandboxUser } from "./users.ts";

export interface SandboxOptions {
  /** Parts besides the control plane; `argocd`, `cert-manager` and `flux` bring the CRDs of that name. */
  with?: readonly ExtraName[];
  /** Groups of CRDs that are there before the controllers start, so that their objects are collected from the first. */
  crds?: readonly CrdSetName[];
  /** Default true. */
  controllerManager?: boolean;
  /** Further controllers of kube-controller-manager, such as `deployment-controller`. */
  controllers?: readonly string[];
  /** Default DEFAULT_USERS. The admin is always there. */
  users?: readonly SandboxUser[];
  /** Further flags for kube-apiserver. */
  apiserverFlags?: readonly string[];
  /** Shows webhooks a certificate of the authority in PKI.webhookCa, by an AdmissionConfiguration. */
  webhookClient?: WebhookClient;
  /** Further flags for kustomize-controller; it can be started again with others. */
  fluxFlags?: readonly string[];
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
  /** Throws unless the sandbox was started with it; so do `argocd` and `flux`. */
  readonly cassandra: Cassandra;
  readonly argocd: Argocd;
  readonly flux: Flux;
  /** Rejects when a process has ended that was not asked to; the message has the end of its log. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
}

interface Found {
  programs: KubePrograms;
  crds: CrdFile[];
  cassandra: NodeFiles | undefined;
  argocd: ArgocdFiles | undefined;
  certManager: CertManagerFiles | undefined;
  flux: FluxFiles | undefined;
}

/** All that a sandbox is made of, found or built; starts nothing that stays. Throws MissingTool if something cannot be had here. */
export async function findParts(options: SandboxOptions = {}): Promise<Found> {
  const { env = process.env, signal = new AbortController().signal, log = toStderr } = options;
  const { crds = [], with: extras = [] } = options;
  const means: Means = { env, log, signal };
  const programs = await CONTROL_PLANE.find(means);
  const sets = new Set<CrdSetName>([...crds, ...extras.filter((name) => name !== "cassandra")]);
  const files = await Promise.all([...sets].map((name) => CRD_SETS[name].find(means)));
  const cassandra = extras.includes("cassandra") ? await CASSANDRA.find(means) : undefined;
  const argocd = extras.includes("argocd") ? await ARGOCD.find(means) : undefined;
  const certManager = extras.includes("cert-manager") ? await CERT_MANAGER.find(means) : undefined;
  const flux = extras.includes("flux") ? await FLUX.find(means) : undefined;
  return { programs, crds: files.flat(), cassandra, argocd, certManager, flux };
}

/** Resolves when everything is ready. Throws MissingTool, or says which part did not come up and why; nothing is left then. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const found = await findParts(options);
  const failure = new AbortController(); // what does not come up takes along what is coming up beside it
  const signal = options.signal === undefined ? failure.signal : AbortSignal.any([options.signal, failure.signal]);
  const room = await openRoom(signal);
  try {
    const [plane, cassandra] = await Promise.all([
      startPlane(found, room, { ...options, signal }),
      found.cassandra && CASSANDRA.start(found.cassandra, room),
    ]);
    const argocd = found.argocd && (await ARGOCD.start(found.argocd, room, plane));
    if (found.certManager) await CERT_MANAGER.start(found.certManager, room, plane);
    const { fluxFlags: flags = [] } = options;
    const flux = found.flux && (await FLUX.start(found.flux, room, { plane, flags }));
    return sandboxOf(room, plane, { kubectlPath: found.programs.kubectl, cassandra, argocd, flux });
  } catch (error) {
    failure.abort(error);
    await room.close();
    throw error;
  }
}

async function startPlane(
  { programs, crds }: Found,
  room: Room,
  options: SandboxOptions & { signal: AbortSignal },
): Promise<ControlPlane> {
  const {
    controllerManager = true,
    users = DEFAULT_USERS,
    apiserverFlags = [],
    webhookClient,
    controllers,
    env = process.env,
    signal,
  } = options;
  const audit = await auditFlags(room.directory, env);
  const plane = await CONTROL_PLANE.start(programs, room, {
    users,
    webhookClient,
    controllers,
    apiserverFlags: [...audit, ...apiserverFlags],
  });
  await installCrds(plane.api, crds, signal);
  if (controllerManager) await plane.controllerManager.on();
  return plane;
}

interface Besides {
  kubectlPath: string;
  cassandra: Cassandra | undefined;
  argocd: Argocd | undefined;
  flux: Flux | undefined;
}

function sandboxOf(room: Room, plane: ControlPlane, { kubectlPath, cassandra, argocd, flux }: Besides): Sandbox {
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
    get cassandra() {
      return asked("cassandra", cassandra);
    },
    get argocd() {
      return asked("argocd", argocd);
    },
    get flux() {
      return asked("flux", flux);
    },
    stop: () => room.close(),
  };
}

function asked<T>(name: ExtraName, part: T | undefined): T {
  if (part === undefined) throw new Error(`use ${name}: the sandbox was started without it`);
  return part;
}

const toStderr = (line: string): void => void process.stderr.write(`${line}\n`);
