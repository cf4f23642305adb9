// The kinds of registry that tenants can be kept in.
import { createFileStore } from "./file.ts";
import { createKeyspacesStore } from "./keyspaces.ts";

export const tenantStores = {
  file: createFileStore, // first, and what is taken where nothing is set: it needs nothing but a file
  keyspaces: createKeyspacesStore,
} as const;

export type TenantStoreName = keyof typeof tenantStores;
