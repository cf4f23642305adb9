// The part that every sandbox has: etcd and kube-apiserver, and kube-controller-manager when it is switched on.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Api, createApi } from "../api.ts";
import { findKube, type KubePrograms } from "../go-tools.ts";
import { createKubeconfigs, type Kubeconfigs, type Target } from "../kubeconfig.ts";
import type { Part, Room, RunningProcess } from "../part.ts";
import { createPki, PKI } from "../pki.ts";
import { freePort, unlessTaken } from "../port.ts";
import { createSwitch, type Switch } from "../switch.ts";
import { ADMIN, CONTROLLER_MANAGER, createIdentities, type SandboxUser, tokenFile } from "../users.ts";
import { admissionControlFlags, type WebhookClient } from "./admission-control.ts";
import { apiserver, portTaken } from "./apiserver.ts";
import { controllerManager } from "./controller-manager.ts";
import { etcd } from "./etcd.ts";

/** Answers go out within milliseconds; the rest of its time it would wait, a minute long, for watches to end by themselves. */
const APISERVER_GRACE_MS = 1000;

export interface ControlPlaneOptions {
  users: readonly SandboxUser[];
  apiserverFlags: readonly string[];
  webhookClient?: WebhookClient | undefined;
  controllers?: readonly string[] | undefined;
}

export interface ControlPlane extends Target {
  adminToken: string;
  /** With the rights of the admin. */
  api: Api;
  kubeconfig: Kubeconfigs;
  /** On from the start; keeps its port and its data. */
  apiserver: Switch;
  /** Off at first. */
  controllerManager: Switch;
}

export const CONTROL_PLANE: Part<KubePrograms, ControlPlane, ControlPlaneOptions> = {
  name: "control-plane",
  find: findKube,

  async start(programs, room, { users, apiserverFlags, webhookClient, controllers: further = [] }) {
    const ca = await createPki(room.directory);
    const flags = [...(await admissionControlFlags(room.directory, webhookClient)), ...apiserverFlags];
    const identities = createIdentities(users);
    await writeFile(join(room.directory, PKI.tokens), tokenFile(identities.values()), { mode: 0o600 });
    await room.start(etcd(programs.etcd, room.directory));

    const adminToken = identities.get(ADMIN.name)!.token;
    const open = { room, command: programs["kube-apiserver"], flags, ca, token: adminToken };
    const { server, api, start, running } = await startOnFreePort(open);
    const kubeconfig = createKubeconfigs(room.directory, { server, ca }, identities);
    const controllers = controllerManager({
      command: programs["kube-controller-manager"],
      kubeconfig: kubeconfig(CONTROLLER_MANAGER.name),
      api,
      further,
    });
    return {
      server,
      ca,
      adminToken,
      api,
      kubeconfig,
      apiserver: createSwitch(start, { running, graceMs: APISERVER_GRACE_MS }),
      controllerManager: createSwitch(() => room.start(controllers)),
    };
  },
};

interface Apiserver {
  server: string;
  api: Api;
  /** Starts it once more, on the same port. */
  start: () => Promise<RunningProcess>;
  running: RunningProcess;
}

function startOnFreePort(given: {
  room: Room;
  command: string;
  flags: readonly string[];
  ca: string;
  token: string;
}): Promise<Apiserver> {
  const { room, command, flags, ca, token } = given;
  return unlessTaken(portTaken, async () => {
    const port = await freePort();
    const server = `https://127.0.0.1:${port}`;
    const api = createApi({ server, ca, token });
    const program = apiserver({ command, port, flags, api });
    const running = await room.start(program);
    return { server, api, running, start: () => unlessTaken(portTaken, () => room.start(program)) };
  });
}
