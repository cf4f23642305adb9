// Puts what a part needs into the sandbox's cluster, whether it is there already or not, and gives the part an identity there.
import type { Api } from "./api.ts";

const TOKEN_SECONDS = 365 * 24 * 60 * 60;

export interface PlainObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels?: object };
  [field: string]: unknown;
}

/** Creates an object, or makes it so. */
export const put = (api: Api, collection: string, object: PlainObject): Promise<void> =>
  apply(api, `${collection}/${object.metadata.name}`, object);

/** Server-side apply of an object, or of YAML as it is. */
export async function apply(api: Api, path: string, body: unknown): Promise<void> {
  const { status, text } = await api.call({
    method: "PATCH",
    path: `${path}?fieldManager=sandbox&force=true`,
    contentType: "application/apply-patch+yaml",
    body,
  });
  if (status >= 300) throw new Error(`apply ${path}: status ${status}: ${text}`);
}

/** A token for a year. */
export async function serviceAccountToken(api: Api, { namespace, name }: ServiceAccount): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
  const body = { spec: { expirationSeconds: TOKEN_SECONDS } };
  const { status, text } = await api.call({ method: "POST", path, body });
  if (status !== 201) throw new Error(`ask for a token of ${name}: status ${status}: ${text}`);
  const { status: given }: { status: { token: string } } = JSON.parse(text);
  return given.token;
}

/** Makes a ServiceAccount, in a namespace that it makes too if need be. */
export async function putServiceAccount(api: Api, { namespace, name }: ServiceAccount): Promise<void> {
  await put(api, "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  const object = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name } };
  await put(api, `/api/v1/namespaces/${namespace}/serviceaccounts`, object);
}

export interface ServiceAccount {
  namespace: string;
  name: string;
}
