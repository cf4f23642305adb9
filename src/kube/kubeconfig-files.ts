// Reads kubeconfig files and picks one context, by kubectl's rules. Not for authentication: credentials.ts does that.
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, dirname, isAbsolute, join, resolve } from "node:path";
import { fileFault } from "../model/file-fault.ts";

type Fields = Record<string, unknown>;

/** One context of a kubeconfig; all paths are absolute. */
export interface ChosenContext {
  /** `context "x" of /home/me/.kube/config`, for messages. */
  title: string;
  server: string;
  namespace?: string;
  insecure: boolean;
  serverName?: string;
  /** The file of the user's bearer token, if that is how it authenticates. */
  tokenFile?: string;
  /** A kubeconfig of this context alone. */
  document: Fields;
}

interface Entry {
  name: string;
  fields: Fields;
}

interface Merged {
  contexts: Entry[];
  clusters: Entry[];
  users: Entry[];
  current: string;
  where: string;
}

/** `path` may list several files as KUBECONFIG does: the first to name a thing wins, and missing ones are passed over. */
export async function chooseContext(options: {
  path?: string;
  context?: string;
  parseYaml: (text: string) => unknown;
}): Promise<ChosenContext> {
  const paths = (options.path ?? join(homedir(), ".kube", "config")).split(delimiter).filter((path) => path !== "");
  const merged = await readAll(paths, options.parseYaml);
  const name = options.context ?? merged.current;
  if (name === "") throw new Error(`${merged.where}: no current-context is set`);
  const title = `context "${name}" of ${merged.where}`;
  const context = find(merged.contexts, name);
  if (context === undefined) throw new Error(`${merged.where}: there is no context "${name}"${known(merged.contexts)}`);
  const cluster = find(merged.clusters, text(context, "cluster"));
  if (cluster === undefined) throw new Error(`${title}: there is no cluster "${text(context, "cluster")}"`);
  const userName = text(context, "user");
  const user = userName === "" ? {} : find(merged.users, userName);
  if (user === undefined) throw new Error(`${title}: there is no user "${userName}"`);
  return chosen({ title, context, cluster, user });
}

function chosen(parts: { title: string; context: Fields; cluster: Fields; user: Fields }): ChosenContext {
  const { title, context, cluster } = parts;
  const server = text(cluster, "server");
  const insecure = cluster["insecure-skip-tls-verify"] === true;
  if (!URL.canParse(server)) throw new Error(`${title}: the cluster's server is not a URL`);
  if (new URL(server).protocol !== "https:" && !insecure) {
    throw new Error(`${title}: a server without https needs insecure-skip-tls-verify`);
  }
  if (text(cluster, "proxy-url") !== "") throw new Error(`${title}: proxy-url is not supported`);
  const { tokenFile, ...rest } = parts.user;
  // kubectl: the file's token goes before the token
  const { token, ...tokenless } = rest;
  const user = typeof tokenFile === "string" || token === undefined ? tokenless : rest;
  const namespace = text(context, "namespace");
  const serverName = text(cluster, "tls-server-name");
  return {
    title,
    server,
    insecure,
    ...(namespace === "" ? {} : { namespace }),
    ...(serverName === "" ? {} : { serverName }),
    ...(typeof tokenFile === "string" ? { tokenFile } : {}),
    document: {
      "current-context": "chosen",
      contexts: [{ name: "chosen", context: { cluster: "chosen", user: "chosen" } }],
      clusters: [{ name: "chosen", cluster }],
      users: [{ name: "chosen", user: withExecInfo(user, cluster) }],
    },
  };
}

/** Exec plugins expect KUBERNETES_EXEC_INFO; the cluster only if they ask for it. */
function withExecInfo(user: Fields, cluster: Fields): Fields {
  const exec = record(user["exec"]);
  if (exec === undefined) return user;
  const { server, "certificate-authority-data": ca } = cluster;
  const shown = exec["provideClusterInfo"] === true ? { cluster: { server, "certificate-authority-data": ca } } : {};
  const info = { apiVersion: exec["apiVersion"], kind: "ExecCredential", spec: { interactive: false, ...shown } };
  const env: unknown[] = Array.isArray(exec["env"]) ? exec["env"] : [];
  return { ...user, exec: { ...exec, env: [...env, { name: "KUBERNETES_EXEC_INFO", value: JSON.stringify(info) }] } };
}

async function readAll(paths: string[], parseYaml: (text: string) => unknown): Promise<Merged> {
  const merged: Merged = { contexts: [], clusters: [], users: [], current: "", where: paths.join(delimiter) };
  let found = 0;
  for (const path of paths) {
    const document = await readOne(path, parseYaml, paths.length > 1);
    if (document === undefined) continue;
    found++;
    const base = dirname(resolve(path));
    merged.contexts.push(...entries(document["contexts"], "context", base));
    merged.clusters.push(...entries(document["clusters"], "cluster", base));
    merged.users.push(...entries(document["users"], "user", base));
    if (merged.current === "") merged.current = text(document, "current-context");
  }
  if (found === 0) throw new Error(`read kubeconfig ${merged.where}: no such file`);
  return merged;
}

async function readOne(
  path: string,
  parseYaml: (text: string) => unknown,
  optional: boolean,
): Promise<Fields | undefined> {
  let content: string;
  try {
    content = await readFile(path, "utf8");
  } catch (cause) {
    const fault = fileFault(cause);
    if (optional && fault === "no such file") return undefined;
    throw new Error(`read kubeconfig ${path}: ${fault}`, { cause });
  }
  try {
    return record(parseYaml(content)) ?? {};
  } catch {
    // no cause: a parser quotes what it could not read, and there are tokens in here
    throw new Error(`read kubeconfig ${path}: it is not YAML`);
  }
}

function entries(list: unknown, key: string, base: string): Entry[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((item: unknown) => {
    const entry = record(item);
    const fields = record(entry?.[key]);
    return entry === undefined || fields === undefined
      ? []
      : [{ name: text(entry, "name"), fields: absolute(fields, base) }];
  });
}

const PATHS = ["certificate-authority", "client-certificate", "client-key", "tokenFile"];

/** Paths in a kubeconfig are relative to its own directory; so is a plugin's command if it holds a slash. */
function absolute(fields: Fields, base: string): Fields {
  const found = PATHS.filter((key) => text(fields, key) !== "");
  const result = { ...fields, ...Object.fromEntries(found.map((key) => [key, resolve(base, text(fields, key))])) };
  const exec = record(fields["exec"]);
  const command = exec === undefined ? "" : text(exec, "command");
  if (command.includes("/") && !isAbsolute(command))
    return { ...result, exec: { ...exec, command: join(base, command) } };
  return result;
}

const find = (list: Entry[], name: string): Fields | undefined => list.find((entry) => entry.name === name)?.fields;

function known(contexts: Entry[]): string {
  return contexts.length === 0 ? "" : `; there are ${contexts.map(({ name }) => `"${name}"`).join(", ")}`;
}

function record(value: unknown): Fields | undefined {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

function text(fields: Fields, key: string): string {
  const value = fields[key];
  return typeof value === "string" ? value : "";
}
