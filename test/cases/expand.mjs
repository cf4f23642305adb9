#!/usr/bin/env node
// Expands a case file: prints one JSON line per case,
//   {id, title, why, direct, config, review | raw, expect}
// where review is a complete admission.k8s.io/v1 AdmissionReview and raw a body to be sent as it is.
// As on the wire, request.name, namespace and subResource are left out when they are empty.
//
//   node expand.mjs FILE
//
// The format is described at the head of each case file. Every mistake in a file is an error: unknown keys,
// an id used twice, a pointer that leads nowhere, a kind without a known resource.
import { createHash } from "node:crypto";
import { readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const { parse } = load("yaml");

const CASE_KEYS = [
  "id",
  "title",
  "given",
  "base",
  "request",
  "patch",
  "remove",
  "object",
  "oldPatch",
  "oldRemove",
  "oldObject",
  "raw",
  "direct",
  "expect",
  "why",
];
const REQUEST_KEYS = [
  "operation",
  "namespace",
  "name",
  "subResource",
  "dryRun",
  "options",
  "resource",
  "kind",
  "user",
  "omit",
];
const EXPECT_KEYS = [
  "allowed",
  "rules",
  "rulesInclude",
  "rulesAnyOf",
  "causes",
  "maxCauses",
  "fields",
  "warnings",
  "audit",
  "messageIncludes",
  "messageExcludes",
  "messageMaxBytes",
  "sameMessageAs",
  "sameVerdictAs",
  "status",
  "maxMillis",
  "anyOf",
];
const NOT_CONFIGURATION = ["operation", "user", "users", "object", "bases"];

const CLUSTER_SCOPED = ["Namespace", "ClusterRoleBinding"];
const PLURALS = {
  Kustomization: "kustomizations",
  HelmRelease: "helmreleases",
  HelmRepository: "helmrepositories",
  HelmChart: "helmcharts",
  GitRepository: "gitrepositories",
  OCIRepository: "ocirepositories",
  Bucket: "buckets",
  ExternalArtifact: "externalartifacts",
  ArtifactGenerator: "artifactgenerators",
  Alert: "alerts",
  Receiver: "receivers",
  ImageRepository: "imagerepositories",
  ImagePolicy: "imagepolicies",
  ImageUpdateAutomation: "imageupdateautomations",
  ResourceSet: "resourcesets",
  ResourceSetInputProvider: "resourcesetinputproviders",
  FluxInstance: "fluxinstances",
  Application: "applications",
  ApplicationSet: "applicationsets",
  AppProject: "appprojects",
  Namespace: "namespaces",
  RoleBinding: "rolebindings",
  ClusterRoleBinding: "clusterrolebindings",
};

const own = (map, key) => Object.hasOwn(map, key);
const isMap = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const copy = (value) => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));

function fail(id, what) {
  throw new Error(`case ${id}: ${what}`);
}

/** A package, from beside this script or from where it is run. */
function load(name) {
  for (const from of [import.meta.url, `${process.cwd()}/`]) {
    try {
      return createRequire(from)(name);
    } catch (error) {
      if (error.code !== "MODULE_NOT_FOUND") throw error;
    }
  }
  throw new Error(`package ${name} is installed neither beside this script nor where it is run`);
}

/** A stable UUID of any text. */
function uuid(text) {
  const hex = createHash("sha256").update(text).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Writes an own property whatever its name, `__proto__` included. */
function define(map, key, value) {
  Object.defineProperty(map, key, { value, writable: true, enumerable: true, configurable: true });
}

/** Replaces each {$repeat: …} by the long string or list that it stands for. */
function unroll(value) {
  if (Array.isArray(value)) return value.map(unroll);
  if (!isMap(value)) return value;
  if (own(value, "$repeat")) return repeat(value.$repeat);
  const out = {};
  for (const key of Object.keys(value)) define(out, key, unroll(value[key]));
  return out;
}

function repeat({ of, times, join = "", prefix = "", suffix = "" }) {
  const items = Array.from({ length: times }, (_, i) => JSON.parse(JSON.stringify(of).replaceAll("%d", String(i))));
  return typeof of === "string" ? prefix + items.join(join) + suffix : items;
}

function tokensOf(id, pointer) {
  if (!pointer.startsWith("/")) fail(id, `${JSON.stringify(pointer)} is not a JSON Pointer`);
  return pointer
    .slice(1)
    .split("/")
    .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function put(id, root, pointer, value) {
  const path = tokensOf(id, pointer);
  const last = path.pop();
  let at = root;
  for (const token of path) {
    if (isMap(at) && !own(at, token)) define(at, token, {});
    if (!own(at, token)) fail(id, `${pointer} leads nowhere`);
    at = at[token];
    if (at === null || typeof at !== "object") fail(id, `${pointer} goes through a scalar`);
  }
  if (Array.isArray(at) && last === "-") at.push(value);
  else define(at, last, value);
}

function take(id, root, pointer) {
  const path = tokensOf(id, pointer);
  const last = path.pop();
  let at = root;
  for (const token of path) at = isMap(at) || Array.isArray(at) ? at[token] : undefined;
  if (!at || !own(at, last)) fail(id, `nothing to remove at ${pointer}`);
  if (Array.isArray(at)) at.splice(Number(last), 1);
  else delete at[last];
}

function build(id, base, patch = {}, remove = []) {
  const object = copy(base);
  for (const pointer of Object.keys(patch)) put(id, object, pointer, unroll(copy(patch[pointer])));
  for (const pointer of remove) take(id, object, pointer);
  return object;
}

function baseOf(item, defaults) {
  if (!own(item, "base")) return defaults.object;
  if (!own(defaults.bases, item.base)) fail(item.id, `no base ${item.base}`);
  return defaults.bases[item.base];
}

function userOf(item, defaults) {
  let user = item.request?.user ?? defaults.user;
  if (typeof user === "string") {
    if (!own(defaults.users, user)) fail(item.id, `no user ${user}`);
    user = defaults.users[user];
  }
  const name = user.username;
  return { ...(name ? { username: name, uid: user.uid ?? uuid(name) } : {}), ...copy(user) };
}

function kindOf(item, identity) {
  if (item.request?.kind) return item.request.kind;
  const [version, group = ""] = String(identity.apiVersion).split("/").toReversed();
  return { group, version, kind: identity.kind };
}

function resourceOf(item, kind) {
  if (item.request?.resource) return item.request.resource;
  if (!own(PLURALS, kind.kind)) fail(item.id, `no known resource for kind ${kind.kind}`);
  return { group: kind.group, version: kind.version, resource: PLURALS[kind.kind] };
}

/** The object and the old object, as the operation has them, and one of them that tells kind and name. */
function objectsOf(item, operation, base) {
  const built = own(item, "object") ? unroll(copy(item.object)) : build(item.id, base, item.patch, item.remove);
  const identity = isMap(built) ? built : base;
  if (operation === "DELETE")
    return { identity, object: null, oldObject: own(item, "oldObject") ? item.oldObject : built };
  if (operation !== "UPDATE") return { identity, object: built, oldObject: null };
  const before = own(item, "oldObject") ? item.oldObject : build(item.id, base, item.oldPatch, item.oldRemove);
  return { identity, object: built, oldObject: unroll(before) };
}

function reviewOf(item, defaults) {
  const asked = item.request ?? {};
  const operation = asked.operation ?? defaults.operation;
  const { identity, object, oldObject } = objectsOf(item, operation, baseOf(item, defaults));
  const kind = kindOf(item, identity);
  const resource = resourceOf(item, kind);
  const name = asked.name ?? identity.metadata?.name ?? "";
  const namespace =
    asked.namespace ??
    (kind.kind === "Namespace" && kind.group === ""
      ? name
      : CLUSTER_SCOPED.includes(kind.kind)
        ? ""
        : identity.metadata?.namespace);
  if (namespace === undefined) fail(item.id, "no namespace");
  const sub = asked.subResource;
  const options = {
    CREATE: "CreateOptions",
    UPDATE: "UpdateOptions",
    DELETE: "DeleteOptions",
    CONNECT: "PodExecOptions",
  }[operation];
  if (!options) fail(item.id, `no operation ${operation}`);
  const request = {
    uid: uuid(item.id),
    kind,
    resource,
    ...(sub ? { subResource: sub } : {}),
    requestKind: kind,
    requestResource: resource,
    ...(sub ? { requestSubResource: sub } : {}),
    ...(name === "" ? {} : { name }),
    ...(namespace === "" ? {} : { namespace }),
    operation,
    userInfo: userOf(item, defaults),
    object,
    oldObject,
    dryRun: asked.dryRun ?? false,
    options: operation === "CONNECT" ? null : (asked.options ?? { apiVersion: "meta.k8s.io/v1", kind: options }),
  };
  for (const key of asked.omit ?? []) delete request[key];
  return { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request };
}

function checkKeys(id, what, map, known) {
  for (const key of Object.keys(map)) if (!known.includes(key)) fail(id, `${what} has an unknown key ${key}`);
}

function checkCase(item, configuration, ids) {
  if (typeof item.id !== "string" || !item.title || !item.expect || !item.why)
    fail(item.id, "needs id (a string), title, expect, why");
  checkKeys(item.id, "it", item, CASE_KEYS);
  checkKeys(item.id, "given", item.given ?? {}, Object.keys(configuration));
  checkKeys(item.id, "request", item.request ?? {}, REQUEST_KEYS);
  for (const expect of [item.expect, ...(item.expect.anyOf ?? [])]) checkKeys(item.id, "expect", expect, EXPECT_KEYS);
  for (const key of ["sameMessageAs", "sameVerdictAs"]) {
    if (own(item.expect, key) && !ids.includes(item.expect[key])) fail(item.id, `no case ${item.expect[key]}`);
  }
}

/** All cases of a file's text, expanded. */
export function expand(text) {
  const { defaults, cases } = parse(text);
  const configuration = Object.fromEntries(
    Object.entries(defaults).filter(([key]) => !NOT_CONFIGURATION.includes(key)),
  );
  const ids = cases.map((item) => item.id);
  return cases.map((item, index) => {
    if (ids.indexOf(item.id) !== index) fail(item.id, "id used twice");
    checkCase(item, configuration, ids);
    const { id, title, why, direct = false, expect } = item;
    const config = { ...copy(configuration), ...copy(item.given ?? {}) };
    const body = own(item, "raw") ? { raw: unroll(item.raw) } : { review: reviewOf(item, defaults) };
    return { id, title, why, direct, config, ...body, expect };
  });
}

if (process.argv[1] && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  if (process.argv.length !== 3) {
    console.error("usage: node expand.mjs FILE");
    process.exit(2);
  }
  try {
    for (const line of expand(readFileSync(process.argv[2], "utf8"))) process.stdout.write(`${JSON.stringify(line)}\n`);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
