// Four kinds that are the same but for who is asked when one is made: nobody, a ValidatingAdmissionPolicy, two webhooks that only parse, or Landlord.
import { setTimeout as sleep } from "node:timers/promises";
import { apply } from "../sandbox/objects.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import type { HttpsClient } from "./https-load.ts";
import type { Sibling } from "./webhook-siblings.ts";

export interface JudgedKind {
  name: string;
  group: string;
}

export const NOBODY: JudgedKind = { name: "nobody is asked", group: "nobody.bench.landlord.dev" };
export const POLICY: JudgedKind = { name: "a ValidatingAdmissionPolicy, one rule", group: "policy.bench.landlord.dev" };
export const BARE: JudgedKind = { name: "two webhooks that only parse (node:https)", group: "bare.bench.landlord.dev" };
/** flux-defaults.landlord.dev changes it and flux.landlord.dev judges it: the real kind, the real webhooks. */
export const LANDLORD: JudgedKind = { name: "Landlord, both webhooks", group: "kustomize.toolkit.fluxcd.io" };
/** The first is the floor. */
export const KINDS: readonly JudgedKind[] = [NOBODY, POLICY, BARE, LANDLORD];

const CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const ADMISSION = "/apis/admissionregistration.k8s.io/v1";
const LIMIT_MS = 30_000;

export const collectionOf = ({ group }: JudgedKind, namespace: string): string =>
  `/apis/${group}/v1/namespaces/${namespace}/kustomizations`;

/** A tenant's good one, or one whose source is another namespace's. */
export const kustomization = (
  { group }: JudgedKind,
  options: { namespace: string; name: string; source?: string },
): string =>
  JSON.stringify({
    apiVersion: `${group}/v1`,
    kind: "Kustomization",
    metadata: { name: options.name, namespace: options.namespace, labels: { "app.kubernetes.io/part-of": "shop" } },
    spec: {
      interval: "5m",
      path: "./deploy",
      prune: true,
      wait: true,
      serviceAccountName: options.namespace,
      targetNamespace: options.namespace,
      sourceRef: { kind: "GitRepository", name: "app", namespace: options.source ?? options.namespace },
      postBuild: { substitute: { region: "ca-central-1", tier: "gold" } },
    },
  });

/** Makes the three that there are not, lets `user` write all four, and waits until whoever is to be asked is asked. */
export async function installKinds(
  { api }: Sandbox,
  { bare, client, namespace, user }: { bare: Sibling; client: HttpsClient; namespace: string; user: string },
): Promise<void> {
  const { text } = await api.call({ path: `${CRDS}/kustomizations.${LANDLORD.group}` });
  const original: { spec: { group: string } } = JSON.parse(text);
  for (const { group } of [NOBODY, POLICY, BARE]) {
    const name = `kustomizations.${group}`;
    await apply(api, `${CRDS}/${name}`, {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name },
      spec: { ...original.spec, group },
    });
  }
  for (const object of [...rights(user), ...policy(), ...bareWebhooks(bare)]) {
    await apply(api, object.path, { ...object.body, metadata: { name: object.path.split("/").at(-1) } });
  }
  for (const kind of KINDS) await settled(kind, { client, namespace });
}

/** Whoever judges denies a source of another namespace; the bare webhooks never deny. */
async function settled(
  kind: JudgedKind,
  { client, namespace }: { client: HttpsClient; namespace: string },
): Promise<void> {
  const path = `${collectionOf(kind, namespace)}?dryRun=All`;
  const status = async (source?: string): Promise<number> => {
    const name = "settled";
    const body = kustomization(kind, { namespace, name, ...(source === undefined ? {} : { source }) });
    return (await client.send({ path, body })).status;
  };
  const judges = kind === POLICY || kind === LANDLORD;
  const deadline = Date.now() + LIMIT_MS;
  for (;;) {
    const good = await status();
    const wrong = await status("flux-system");
    if (good === 201 && (judges ? wrong >= 400 && wrong < 500 && wrong !== 404 : wrong === 201)) return;
    if (Date.now() > deadline) throw new Error(`await ${kind.name}: good ones get ${good}, wrong ones ${wrong}`);
    await sleep(100);
  }
}

interface Placed {
  path: string;
  body: object;
}

function rights(user: string): Placed[] {
  const rbac = "/apis/rbac.authorization.k8s.io/v1";
  const apiVersion = "rbac.authorization.k8s.io/v1";
  const rules = [{ apiGroups: KINDS.map(({ group }) => group), resources: ["kustomizations"], verbs: ["*"] }];
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "bench" };
  const subjects = [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: user }];
  return [
    { path: `${rbac}/clusterroles/bench`, body: { apiVersion, kind: "ClusterRole", rules } },
    { path: `${rbac}/clusterrolebindings/bench`, body: { apiVersion, kind: "ClusterRoleBinding", roleRef, subjects } },
  ];
}

/** What K4 is about: a source of another namespace. */
function policy(): Placed[] {
  const apiVersion = "admissionregistration.k8s.io/v1";
  const expression =
    "!has(object.spec.sourceRef.namespace) || object.spec.sourceRef.namespace == object.metadata.namespace";
  const spec = {
    failurePolicy: "Fail",
    matchConstraints: { resourceRules: [rule(POLICY)] },
    validations: [{ expression, message: "the source is another namespace's" }],
  };
  const binding = { policyName: "bench", validationActions: ["Deny"] };
  return [
    {
      path: `${ADMISSION}/validatingadmissionpolicies/bench`,
      body: { apiVersion, kind: "ValidatingAdmissionPolicy", spec },
    },
    {
      path: `${ADMISSION}/validatingadmissionpolicybindings/bench`,
      body: { apiVersion, kind: "ValidatingAdmissionPolicyBinding", spec: binding },
    },
  ];
}

/** Called as Landlord's are. */
function bareWebhooks({ port, ca }: Sibling): Placed[] {
  const apiVersion = "admissionregistration.k8s.io/v1";
  const webhook = {
    name: "bare.bench.landlord.dev",
    clientConfig: { url: `https://127.0.0.1:${port}/`, caBundle: Buffer.from(ca).toString("base64") },
    rules: [rule(BARE)],
    failurePolicy: "Fail",
    matchPolicy: "Equivalent",
    sideEffects: "None",
    timeoutSeconds: 5,
    admissionReviewVersions: ["v1"],
  };
  const mutating = { ...webhook, reinvocationPolicy: "IfNeeded" };
  return [
    {
      path: `${ADMISSION}/mutatingwebhookconfigurations/bench`,
      body: { apiVersion, kind: "MutatingWebhookConfiguration", webhooks: [mutating] },
    },
    {
      path: `${ADMISSION}/validatingwebhookconfigurations/bench`,
      body: { apiVersion, kind: "ValidatingWebhookConfiguration", webhooks: [webhook] },
    },
  ];
}

const rule = ({ group }: JudgedKind): object => ({
  apiGroups: [group],
  apiVersions: ["*"],
  resources: ["kustomizations"],
  operations: ["CREATE"],
  scope: "Namespaced",
});
