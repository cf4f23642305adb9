// manifests/overlays/cert-manager in a sandbox: what kubectl sends of it, what kubelet and a Service would do with it, and words for cert-manager's objects.
import assert from "node:assert/strict";
import { join } from "node:path";
import { type RunningLandlord, startLandlord } from "../../sandbox/landlord.ts";
import { type Manifest, renderManifests } from "../../sandbox/manifests.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { Condition, KubeObject, Secret } from "../../src/model/kube-object.ts";
import { type Cluster, decoded } from "./cluster.ts";
import { eventually } from "./eventually.ts";
import { mountSecret, type SecretVolume } from "./secret-volume.ts";

const NAMESPACE = "landlord";
const OVERLAY = "overlays/cert-manager";
const CERTIFICATES = `/apis/cert-manager.io/v1/namespaces/${NAMESPACE}/certificates`;

interface Certificate extends KubeObject {
  spec: { secretName: string };
  status?: { conditions?: Condition[]; revision?: number };
}

/** As far as it is looked at here. */
interface Deployment extends Manifest {
  spec: {
    template: {
      spec: {
        containers: { env: { name: string; value?: string }[]; volumeMounts: { name: string; mountPath: string }[] }[];
        volumes: { name: string; secret?: { secretName: string; items: { key: string; path: string }[] } }[];
      };
    };
  };
}

export interface Replica {
  landlord: RunningLandlord;
  /** Its certificate's files. */
  volume: SecretVolume;
}

/**
 * Landlord with the overlay's settings and its Secret as a volume. The API server calls it by its Service's name, which leads to
 * `servicePort` of this machine. `lagMs`: how far behind the kubelet of its node is.
 */
export async function startReplica(
  sandbox: Sandbox,
  cluster: Cluster,
  { name, servicePort, lagMs }: { name: string; servicePort: number; lagMs: number },
): Promise<Replica> {
  const rendered = await renderManifests(sandbox, OVERLAY);
  const { containers, volumes } = deploymentOf(rendered).spec.template.spec;
  const { env = [], volumeMounts = [] } = containers[0] ?? {};
  const [mount, ...others] = volumeMounts;
  const { secret } = volumes.find((volume) => volume.name === mount?.name) ?? {};
  if (mount === undefined || secret === undefined || others.length > 0) assert.fail("one Secret is mounted");
  const path = join(sandbox.directory, `${name}-certificate`);
  const settings = env.flatMap((set) =>
    set.value === undefined ? [] : [[set.name, set.value.replace(mount.mountPath, path)]],
  );
  let volume: SecretVolume | undefined;
  const landlord = await startLandlord(sandbox, {
    name,
    settings: { ...Object.fromEntries(settings), LANDLORD_CERTIFICATE_NAMES: "landlord.landlord.svc" },
    webhookPort: servicePort,
    async beforeStart() {
      await applyOverlay(sandbox, rendered, servicePort);
      volume = await mountSecret({
        cluster,
        secret: { namespace: NAMESPACE, name: secret.secretName },
        items: secret.items,
        path,
        lagMs,
      });
    },
  });
  return { landlord, volume: volume ?? assert.fail() };
}

const deploymentOf = (rendered: readonly Manifest[]): Deployment =>
  (rendered.find(({ kind }) => kind === "Deployment") as Deployment | undefined) ??
  assert.fail("there is no Deployment");

/** No Service has endpoints here: its name leads to this machine instead, and the port is a relay's. TLS goes by the name as ever. */
async function applyOverlay(sandbox: Sandbox, rendered: readonly Manifest[], port: number): Promise<void> {
  const items = rendered.map((manifest) => {
    if (manifest.kind === "Service") return { ...manifest, spec: { type: "ExternalName", externalName: "localhost" } };
    const webhooks = manifest.webhooks?.map((webhook) => {
      return { ...webhook, clientConfig: { service: { ...webhook.clientConfig.service, port } } };
    });
    return webhooks === undefined ? manifest : { ...manifest, webhooks };
  });
  const input = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  const { code, stderr } = await sandbox.kubectl(["apply", "--server-side", "-f", "-"], { input });
  assert.equal(code, 0, stderr);
}

export interface CertManager {
  /** Waits for the Certificate's Ready condition; gives what is in its Secret. */
  ready(certificate: string): Promise<Issued>;
  issued(certificate: string): Promise<Issued | undefined>;
  /** What `cmctl renew` does; gives what is in the Secret then. */
  renew(certificate: string): Promise<Issued>;
  /** Deletes the Certificate's Secret; gives what is in the next one. */
  remake(certificate: string): Promise<Issued>;
}

/** PEM. */
export interface Issued {
  certificate: string;
  ca: string;
  key: string;
}

export function certManagerOf(cluster: Cluster): CertManager {
  const get = async (name: string): Promise<Certificate> =>
    (await cluster.get<Certificate>(`${CERTIFICATES}/${name}`)) ?? assert.fail(`there is no Certificate ${name}`);
  const secretOf = async (name: string): Promise<string> =>
    `/api/v1/namespaces/${NAMESPACE}/secrets/${(await get(name)).spec.secretName}`;

  async function issued(name: string): Promise<Issued | undefined> {
    const { data } = (await cluster.get<Secret>(await secretOf(name))) ?? {};
    if (data === undefined) return undefined;
    return { certificate: decoded(data["tls.crt"]), ca: decoded(data["ca.crt"]), key: decoded(data["tls.key"]) };
  }

  async function another(name: string, change: () => Promise<void>): Promise<Issued> {
    const before = await issued(name);
    await change();
    return eventually(`${name} is issued anew`, async () => {
      const found = await issued(name);
      return found && found.certificate !== before?.certificate && found;
    });
  }

  return {
    issued,
    async ready(name) {
      await eventually(`${name} is ready`, async () =>
        (await get(name)).status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True"),
      );
      return (await issued(name)) ?? assert.fail();
    },
    renew: (name) =>
      another(name, async () => {
        const { status: { conditions = [] } = {}, metadata } = await get(name);
        const issuing = {
          type: "Issuing",
          status: "True",
          reason: "ManuallyTriggered",
          message: "Certificate re-issuance manually triggered",
          lastTransitionTime: new Date().toISOString(),
          observedGeneration: metadata.generation,
        };
        await cluster.patch(`${CERTIFICATES}/${name}/status`, { status: { conditions: [...conditions, issuing] } });
      }),
    remake: (name) => another(name, async () => cluster.remove(await secretOf(name))),
  };
}
