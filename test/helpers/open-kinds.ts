// CRDs with a schema that lets everything through: of kinds whose real ones are not to be had here, and of versions that are gone.
import assert from "node:assert/strict";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { Resource } from "../../webhooks/validating/resource.ts";
import { eventually } from "./eventually.ts";

const CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const ANYTHING = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };

/** Resolves when it is served. */
export async function serveOpenKind(sandbox: Sandbox, { group, resource, kind, version }: Resource): Promise<void> {
  const metadata = { name: `${resource}.${group}` };
  const names = { plural: resource, singular: kind.toLowerCase(), kind, listKind: `${kind}List` };
  const versions = [openVersion(version, true)];
  const body = { metadata, spec: { group, names, scope: "Namespaced", versions } };
  const { status, text } = await sandbox.api.call({ method: "POST", path: CRDS, body });
  assert.equal(status, 201, text);
  await served(sandbox, `/apis/${group}/${version}/${resource}`);
}

/** One more version of a kind that is there, not stored. Its fields are lost when the object is: the stored version has another schema. */
export async function serveOpenVersion(
  sandbox: Sandbox,
  { group, resource }: Resource,
  version: string,
): Promise<void> {
  const path = `${CRDS}/${resource}.${group}`;
  const body = [{ op: "add", path: "/spec/versions/-", value: openVersion(version, false) }];
  const contentType = "application/json-patch+json";
  const { status, text } = await sandbox.api.call({ method: "PATCH", path, body, contentType });
  assert.equal(status, 200, text);
  await served(sandbox, `/apis/${group}/${version}/${resource}`);
}

const openVersion = (name: string, storage: boolean): object => ({
  name,
  served: true,
  storage,
  schema: ANYTHING,
  subresources: { status: {} },
});

async function served(sandbox: Sandbox, path: string): Promise<void> {
  await eventually(`${path} is served`, () => sandbox.api.has(`${path}?limit=1`));
}
