// Installs CRD files as they are: one server-side apply each, because the large ones do not fit the annotation of a plain one.
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Api } from "./api.ts";
import type { Means } from "./part.ts";

const LIMIT_MS = 30_000;
const CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

export interface CrdFile {
  /** `<plural>.<group>` */
  name: string;
  path: string;
}

/** A group of CRDs that are wanted together; `find` throws MissingTool if they are not there and cannot be had. */
export interface CrdSet {
  name: string;
  find(means: Means): Promise<CrdFile[]>;
}

interface Crd {
  spec: { group: string; names: { plural: string }; versions: { name: string; served: boolean }[] };
}

/** Resolves when lists of every kind are answered. */
export async function installCrds(api: Api, files: readonly CrdFile[], signal: AbortSignal): Promise<void> {
  await Promise.all(files.map((file) => installCrd(api, file, signal)));
}

async function installCrd(api: Api, { name, path }: CrdFile, signal: AbortSignal): Promise<void> {
  const answer = await api.call({
    method: "PATCH",
    path: `${CRDS}/${name}?fieldManager=sandbox&force=true`,
    contentType: "application/apply-patch+yaml",
    body: await readFile(path, "utf8"),
  });
  if (answer.status >= 300) throw new Error(`install CRD ${name}: status ${answer.status}: ${answer.text}`);
  const { spec }: Crd = JSON.parse(answer.text);
  const version = spec.versions.find(({ served }) => served)?.name ?? "";
  const list = `/apis/${spec.group}/${version}/${spec.names.plural}?limit=1`;
  const deadline = Date.now() + LIMIT_MS;
  while (!(await api.has(list))) {
    signal.throwIfAborted();
    if (Date.now() > deadline) throw new Error(`install CRD ${name}: not served in time`);
    await sleep(20);
  }
}
