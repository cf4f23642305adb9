// The world of a soak: a control plane whose namespace controller keeps up, and two replicas whose only way to it can be broken at every layer.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createAuthority } from "../../certs/authority.ts";
import { issueLeaf } from "../../certs/leaf.ts";
import { type Api, createApi } from "../../sandbox/api.ts";
import { type FaultProxy, startFaultProxy } from "../../sandbox/fault-proxy.ts";
import { findKube } from "../../sandbox/go-tools.ts";
import { kubeconfigOf } from "../../sandbox/kubeconfig.ts";
import { type Ports, PROGRAM, type RunningLandlord, startLandlord } from "../../sandbox/landlord.ts";
import { controllerManager } from "../../sandbox/parts/controller-manager.ts";
import { freePort } from "../../sandbox/port.ts";
import { type Relay, startRelay } from "../../sandbox/relay.ts";
import { type Sandbox, startSandbox } from "../../sandbox/sandbox.ts";
import { podFlags } from "../pod-flags.ts";
import type { Write } from "./judge.ts";

export type TokenMode = "bound" | "legacy";

export interface Replica {
  readonly name: string;
  /** On its way to the API server: first the relay, then the proxy. */
  readonly relay: Relay;
  readonly proxy: FaultProxy;
  landlord: RunningLandlord;
  /** Killed, and not started again yet. */
  isDead: boolean;
  /** When answers may have been lost on the way: Date.now() from and to. */
  shaken: { from: number; to: number }[];
}

export interface World {
  readonly sandbox: Sandbox;
  readonly replicas: readonly Replica[];
  /** In front of the replicas' webhooks. */
  readonly door: Relay;
  /** By the sandbox's user of that name; the admin's by default. */
  api(user?: string): Promise<Api>;
  /** Who holds the Lease; "" when nobody does, or it cannot be read. */
  holder(): Promise<string>;
  /** The replica that holds the Lease; undefined when none does. */
  leader(): Promise<Replica | undefined>;
  kill(replica: Replica): Promise<void>;
  restart(replica: Replica): Promise<void>;
  /** Gives the replicas new tokens and makes the old ones worthless. */
  rotateTokens(): Promise<void>;
  /** The API server that the replicas see gets a certificate of another authority: announced beside the old one, used, and then alone. */
  rotateAuthority(): Promise<void>;
  stop(): Promise<void>;
}

const LEASE = "/apis/coordination.k8s.io/v1/namespaces/landlord/leases/landlord";
/** The stock 20 requests/s delete three namespaces a second; a production cluster's are raised likewise. */
const CONTROLLER_QPS = ["--kube-api-qps=400", "--kube-api-burst=800", "--concurrent-namespace-syncs=30"];
/** What left for the network may have been lost within this time before it broke. */
const IN_FLIGHT_MS = 100;
/** Files are read again within a second. */
const NOTICED_MS = 2_500;
const DAY_MS = 24 * 60 * 60_000;

export async function startWorld(options: {
  mode: TokenMode;
  wrote: (write: Write, replica: string) => void;
  log: (line: string) => void;
}): Promise<World> {
  const sandbox = await startSandbox({ controllerManager: false, crds: ["flux"] });
  const door = await startRelay([]);
  const replicas: Replica[] = [];
  const authorityFile = join(sandbox.directory, "soak-ca.crt");
  const files = (name: string): string => join(sandbox.directory, `soak-${name}.kubeconfig`);
  const settings = (name: string) => ({ LANDLORD_TOKEN_MODE: options.mode, KUBECONFIG: files(name) });

  try {
    await writeFile(authorityFile, sandbox.ca);
    await startControllers(sandbox);
    await grant(sandbox);
    for (const name of ["soak-a", "soak-b"]) replicas.push(await startReplica(name));
  } catch (error) {
    await sandbox.stop();
    throw error;
  }

  async function startReplica(name: string): Promise<Replica> {
    const { directory, server, ca } = sandbox;
    const self: { replica?: Replica } = {};
    const proxy = await startFaultProxy({
      directory,
      server,
      ca,
      seen: (exchange) => {
        const { startedAt, endedAt, delivered } = exchange;
        const shaken = self.replica?.shaken.some(({ from, to }) => startedAt < to && endedAt > from - IN_FLIGHT_MS);
        options.wrote({ ...exchange, certain: delivered && shaken !== true && self.replica?.isDead !== true }, name);
      },
    });
    const relay = await startRelay([proxy.port]);
    const ports: Ports = { webhooks: await freePort(), health: await freePort(), generator: await freePort() };
    const landlord = await startLandlord(sandbox, {
      name,
      ports,
      webhookPort: door.port,
      settings: settings(name),
      program: [...podFlags(), ...PROGRAM],
      beforeStart: async () => {
        await writeKubeconfig(name, relay.port, await revocableToken(sandbox, `${name}-0`));
        door.setBackends([...replicas.map((each) => each.landlord.ports.webhooks), ports.webhooks]);
      },
    });
    self.replica = { name, relay, proxy, landlord, isDead: false, shaken: [] };
    return self.replica;
  }

  async function writeKubeconfig(name: string, port: number, token: string): Promise<void> {
    const server = `https://127.0.0.1:${port}`;
    const config = JSON.parse(kubeconfigOf({ server, ca: "", user: name, token })) as {
      clusters: { cluster: object }[];
    };
    for (const entry of config.clusters) entry.cluster = { server, "certificate-authority": authorityFile };
    await writeFile(files(name), JSON.stringify(config), { mode: 0o600 });
  }

  async function holder(): Promise<string> {
    const { status, text } = await sandbox.api.call({ path: LEASE }).catch(() => ({ status: 0, text: "" }));
    const lease = status === 200 ? (JSON.parse(text) as { spec?: { holderIdentity?: string } }) : {};
    return lease.spec?.holderIdentity ?? "";
  }

  let generation = 0;
  let authority = sandbox.ca;
  return {
    sandbox,
    replicas,
    door,
    api: (user) => (user === undefined ? Promise.resolve(sandbox.api) : apiOf(sandbox, user)),
    holder,
    async leader() {
      const name = await holder();
      return replicas.find((replica) => !replica.isDead && name.startsWith(`${replica.name}_`));
    },
    async kill(replica) {
      replica.isDead = true;
      replica.shaken.push({ from: Date.now() - 1_000, to: Date.now() + 1_000 });
      await replica.landlord.kill();
    },
    async restart(replica) {
      const { name, landlord } = replica;
      replica.landlord = await startLandlord(sandbox, {
        name,
        ports: landlord.ports,
        webhookPort: door.port,
        settings: settings(name),
        program: [...podFlags(), ...PROGRAM],
      });
      replica.isDead = false;
    },
    async rotateTokens() {
      const old = generation++;
      for (const { name, relay } of replicas) {
        await writeKubeconfig(name, relay.port, await revocableToken(sandbox, `${name}-${generation}`));
      }
      for (const { name } of replicas) {
        await sandbox.api.call({ method: "DELETE", path: `${SECRETS}/${keyName(`${name}-${old}`)}` });
      }
    },
    async rotateAuthority() {
      const now = Date.now();
      const next = createAuthority({ commonName: `soak-${now}`, now });
      const leaf = issueLeaf(next, { names: ["127.0.0.1"], now, lifeMs: DAY_MS, commonName: "kube-apiserver" });
      await writeFile(authorityFile, authority + next.certificate);
      await sleep(NOTICED_MS);
      for (const { proxy } of replicas) proxy.present(leaf);
      for (const { relay, shaken } of replicas) {
        shaken.push({ from: Date.now() - 50, to: Date.now() + 50 });
        relay.cut();
      }
      await sleep(NOTICED_MS);
      authority = next.certificate;
      await writeFile(authorityFile, authority);
    },
    async stop() {
      for (const { landlord } of replicas) await landlord.kill().catch(() => undefined);
      await sandbox.stop();
      await Promise.all([door, ...replicas.flatMap(({ relay, proxy }) => [relay, proxy])].map((each) => each.close()));
    },
  };
}

async function startControllers(sandbox: Sandbox): Promise<void> {
  const programs = await findKube({ env: process.env, log: () => undefined, signal: new AbortController().signal });
  const program = controllerManager({
    command: programs["kube-controller-manager"],
    kubeconfig: sandbox.kubeconfig("system:kube-controller-manager"),
    api: sandbox.api,
    further: [],
  });
  await sandbox.run({ ...program, args: [...program.args, ...CONTROLLER_QPS] });
}

/** RBAC lets both users do everything: what `developer` may not do is for Landlord to say. */
async function grant(sandbox: Sandbox): Promise<void> {
  const args = ["create", "clusterrolebinding", "soak", "--clusterrole=cluster-admin"];
  const { code, stderr } = await sandbox.kubectl([...args, "--group=platform-admins", "--user=developer"]);
  if (code !== 0) throw new Error(`grant rights for the soak: ${stderr.trim()}`);
}

const SECRETS = "/api/v1/namespaces/landlord/secrets";
const keyName = (name: string): string => `key-${name}`;

/** A token of Landlord's own that ends when its Secret is deleted. */
async function revocableToken({ api }: Sandbox, name: string): Promise<string> {
  const key = await posted<{ metadata: { uid: string } }>(api, SECRETS, { metadata: { name: keyName(name) } });
  const boundObjectRef = { apiVersion: "v1", kind: "Secret", name: keyName(name), uid: key.metadata.uid };
  const path = "/api/v1/namespaces/landlord/serviceaccounts/landlord/token";
  const answer = await posted<{ status: { token: string } }>(api, path, {
    spec: { expirationSeconds: 86_400, boundObjectRef },
  });
  return answer.status.token;
}

async function posted<T>(api: Api, path: string, body: object): Promise<T> {
  const { status, text } = await api.call({ method: "POST", path, body });
  if (status !== 201) throw new Error(`POST ${path}: status ${status}: ${text}`);
  return JSON.parse(text) as T;
}

async function apiOf(sandbox: Sandbox, user: string): Promise<Api> {
  const { server, ca } = sandbox;
  const config = JSON.parse(await readFile(sandbox.kubeconfig(user), "utf8")) as {
    users: { user: { token: string } }[];
  };
  return createApi({ server, ca, token: config.users[0]?.user.token ?? "" });
}
