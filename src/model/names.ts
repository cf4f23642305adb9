// Names of the objects that a tenant's namespace is given, and what a legal name is.

/** DNS-1123 label: at most 63 of a-z, 0-9 and "-", not at the ends. Namespaces are such. */
export const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const DNS_SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** DNS-1123 subdomain, at most 253: what most object names must be (RFC 1123). */
export function isDnsSubdomain(name: string): boolean {
  return name.length <= 253 && DNS_SUBDOMAIN.test(name);
}

/** The ServiceAccount carries its namespace's name, as `flux create tenant` has it. */
export const serviceAccountName = (namespace: string): string => namespace;
export const roleBindingName = (namespace: string): string => `${namespace}-reconciler`;
export const tokenSecretName = (namespace: string): string => `${namespace}-token`;
/** The same in every namespace, so that manifests can name it without knowing whose they are. */
export const VARIABLES_NAME = "tenant-vars";
