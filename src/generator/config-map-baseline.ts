// The baseline in a ConfigMap, shared by all replicas: every write is a compare-and-swap, so the version in it only grows.
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { KubeClient } from "../kube/client.ts";
import { isAlreadyExists, isConflict, isNotFound } from "../kube/errors.ts";
import { CONFIG_MAP } from "../kube/kinds.ts";
import type { KubeObject } from "../model/kube-object.ts";
import {
  ACCEPT_SNAPSHOT_ANNOTATION,
  MANAGED_BY,
  MANAGED_BY_LABEL,
  SNAPSHOT_HASH_ANNOTATION,
  SNAPSHOT_VERSION_ANNOTATION,
} from "../model/labels.ts";
import type { Log } from "../model/log.ts";
import type { Baseline, BaselineStore } from "./baseline.ts";
import { readBaseline, writeBaseline } from "./baseline-text.ts";
import { readOverride } from "./override.ts";

/** A ConfigMap holds 1 MiB in all. Compressed that is 60,000 to 130,000 tenants, by how much their ids have in common. */
const MAX_BYTES = 1_000_000;
/** More than anybody's baseline unpacks to; a bomb is not unpacked. */
const MAX_UNPACKED = 256 * 1024 * 1024;
const DATA_KEY = "baseline.json.gz";
/** A caller waits for this within its own 30 s. */
const TIMEOUT_MS = 5_000;

interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
  binaryData?: Record<string, string>;
}

export interface ConfigMapBaselineOptions {
  client: Pick<KubeClient, "get" | "create" | "replace">;
  namespace: string;
  name: string;
  log: Log;
  /** For tests. */
  maxBytes?: number;
}

/** Labels, annotations and other keys of a ConfigMap that exists stay as they are. */
export function createConfigMapBaseline(options: ConfigMapBaselineOptions): BaselineStore {
  const { client, namespace, name, log, maxBytes = MAX_BYTES } = options;
  const fresh: ConfigMap = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace, labels: { [MANAGED_BY_LABEL]: MANAGED_BY } },
  };
  /** As last read or written: what a write over that very version must leave as it is. */
  let seen: ConfigMap | undefined;
  /** What `seen` holds: most reads find what was there before. */
  let held: { resourceVersion: string | undefined; baseline: Baseline } | undefined;

  async function get(signal: AbortSignal): Promise<ConfigMap | undefined> {
    try {
      return await client.get<ConfigMap>(CONFIG_MAP, { namespace, name }, { signal, timeoutMs: TIMEOUT_MS });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async function packed(baseline: Baseline): Promise<Buffer> {
    const whole = await zip(writeBaseline(baseline), { level: 9 });
    if (whole.length <= maxBytes) return whole;
    const { size } = baseline.rows;
    const bare = await zip(writeBaseline(baseline, { rows: false }), { level: 9 });
    if (bare.length > maxBytes) {
      throw new Error(`write baseline ${namespace}/${name}: ${bare.length} bytes, and a ConfigMap takes ${maxBytes}`);
    }
    log.warn({ rows: size, bytes: whole.length }, "no room in the ConfigMap for the held tenants' rows");
    return bare;
  }

  return {
    name: `ConfigMap ${namespace}/${name}`,
    shared: true,

    async read(signal) {
      seen = await get(signal);
      const data = seen?.binaryData?.[DATA_KEY];
      const resourceVersion = seen?.metadata.resourceVersion;
      if (data === undefined) held = undefined;
      else if (held === undefined || held.resourceVersion !== resourceVersion) {
        held = undefined;
        held = { resourceVersion, baseline: readBaseline(await unpacked(data)) };
      }
      const accepted = seen?.metadata.annotations?.[ACCEPT_SNAPSHOT_ANNOTATION];
      return {
        baseline: held?.baseline,
        stamp: resourceVersion,
        override: accepted === undefined ? undefined : readOverride(accepted),
      };
    },

    async write(baseline, stamp, signal) {
      const under = stamp === undefined ? fresh : seen;
      if (under === undefined || (stamp !== undefined && under.metadata.resourceVersion !== stamp)) return undefined;
      const { metadata } = under;
      const object: ConfigMap = {
        ...under,
        metadata: { ...metadata, annotations: { ...metadata.annotations, ...shown(baseline) } },
        binaryData: { ...under.binaryData, [DATA_KEY]: (await packed(baseline)).toString("base64") },
      };
      const call = { signal, timeoutMs: TIMEOUT_MS };
      try {
        seen = await (stamp === undefined
          ? client.create(CONFIG_MAP, object, call)
          : client.replace(CONFIG_MAP, object, call));
        held = { resourceVersion: seen.metadata.resourceVersion, baseline };
        return seen.metadata.resourceVersion ?? "";
      } catch (error) {
        if (isAlreadyExists(error) || isConflict(error) || isNotFound(error)) return undefined;
        throw error;
      }
    },
  };
}

/** For people: the hash is what they name to accept a snapshot. */
const shown = ({ version, hash }: Baseline): Record<string, string> => ({
  [SNAPSHOT_VERSION_ANNOTATION]: String(version),
  [SNAPSHOT_HASH_ANNOTATION]: hash,
});

const zip = promisify<string, { level: number }, Buffer>(gzip);
const unzip = promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip);

async function unpacked(base64: string): Promise<string> {
  try {
    return (await unzip(Buffer.from(base64, "base64"), { maxOutputLength: MAX_UNPACKED })).toString("utf8");
  } catch (cause) {
    throw new Error("read baseline: it is not compressed as it was written", { cause });
  }
}
