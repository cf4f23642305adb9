// At the end: reads everything anew and says what is not as it should be, namespace by namespace.
import type { Api } from "../../sandbox/api.ts";
import type { KubeObject, Namespace, RoleBinding, Secret } from "../../src/model/kube-object.ts";
import { userOf } from "./credentials.ts";

/** One line for each fault of a soak's namespaces that are not on their way out; empty: all is well. */
export async function faultsOfTenants(api: Api): Promise<string[]> {
  const [namespaces, accounts, bindings, secrets] = [
    await listed<Namespace>(api, "/api/v1/namespaces?labelSelector=landlord.dev/tenant"),
    byNamespace(await listed<KubeObject>(api, `/api/v1/serviceaccounts?${MANAGED}`)),
    byNamespace(await listed<RoleBinding>(api, `/apis/rbac.authorization.k8s.io/v1/rolebindings?${MANAGED}`)),
    byNamespace(await listed<Secret>(api, `/api/v1/secrets?${MANAGED}`)),
  ];
  const faults: string[] = [];
  for (const namespace of namespaces) {
    const { name, deletionTimestamp } = namespace.metadata;
    if (deletionTimestamp !== undefined) continue;
    const found = [
      ...ofNamespace(namespace),
      ...ofAccount(name, accounts.get(name)),
      ...ofBinding(name, bindings.get(name)),
      ...(await ofSecret(api, name, secrets.get(name))),
      ...[accounts, bindings, secrets].flatMap((each) => ofLife(namespace, each.get(name))),
    ];
    faults.push(...found.map((fault) => `${name}: ${fault}`));
  }
  return faults;
}

const MANAGED = "labelSelector=app.kubernetes.io/managed-by=landlord";

function ofNamespace({ metadata, status }: Namespace): string[] {
  const ready = status?.conditions?.find(({ type }) => type === "TenantReady");
  const { labels = {}, annotations = {}, uid } = metadata;
  return [
    ...(ready?.status === "True" ? [] : [`not ready (${ready?.reason ?? "no condition"}: ${ready?.message ?? ""})`]),
    ...(annotations["landlord.dev/initialized"] === uid ? [] : ["no ready mark"]),
    ...(labels["landlord.dev/initializing"] === undefined ? [] : ["still marked as initializing"]),
  ];
}

const ofAccount = (name: string, account: KubeObject | undefined): string[] =>
  account?.metadata.name === name ? [] : ["no ServiceAccount"];

function ofBinding(name: string, binding: RoleBinding | undefined): string[] {
  if (binding === undefined) return ["no RoleBinding"];
  const { subjects, roleRef } = binding;
  const [subject] = subjects;
  const isRight =
    subjects.length === 1 && subject?.name === name && subject.namespace === name && roleRef.name === "landlord-tenant";
  return isRight ? [] : ["RoleBinding says something else"];
}

async function ofSecret(api: Api, name: string, secret: Secret | undefined): Promise<string[]> {
  if (secret === undefined) return ["no token Secret"];
  const user = await userOf(api, Buffer.from(secret.data?.["token"] ?? "", "base64").toString("utf8"));
  return user === `system:serviceaccount:${name}:${name}` ? [] : [`its token is that of ${user || "nobody"}`];
}

function ofLife({ metadata: { uid } }: Namespace, object: KubeObject | undefined): string[] {
  const of = object?.metadata.annotations?.["landlord.dev/namespace-uid"];
  return object === undefined || of === uid ? [] : [`${object.metadata.name} was made for another life`];
}

async function listed<T>(api: Api, path: string): Promise<T[]> {
  const { status, text } = await api.call({ path });
  if (status !== 200) throw new Error(`GET ${path}: ${status}`);
  return (JSON.parse(text) as { items: T[] }).items;
}

const byNamespace = <T extends KubeObject>(objects: readonly T[]): Map<string, T> =>
  new Map(objects.map((object) => [object.metadata.namespace ?? "", object]));
