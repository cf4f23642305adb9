// The policy in a ConfigMap, as a watch of that one object sees it.

import { aborted } from "../model/clock.ts";
import type { ConfigMap } from "../model/kube-object.ts";
import type { PolicySource, Reading } from "./source.ts";

/** The key that holds the policy's text. */
export const POLICY_KEY = "policy.yaml";

/** The part of a list-watch that is needed; somebody else runs it. */
export interface ConfigMapWatch {
  get(ref: { namespace: string; name: string }): ConfigMap | undefined;
  whenSynced(signal: AbortSignal): Promise<void>;
  subscribe(listener: (event: { object: ConfigMap }) => void): void;
}

export function createConfigMapPolicy(options: {
  watch: ConfigMapWatch;
  namespace: string;
  name: string;
}): PolicySource {
  const { watch, namespace, name } = options;
  return {
    name: `ConfigMap ${namespace}/${name}`,
    async run(signal, tell) {
      let synced = false;
      const look = (): void => {
        if (synced && !signal.aborted) tell(reading(watch.get({ namespace, name })));
      };
      watch.subscribe(look);
      await watch.whenSynced(signal).catch(() => undefined); // it rejects when aborted
      synced = true;
      look();
      await aborted(signal);
    },
  };
}

function reading(object: ConfigMap | undefined): Reading {
  if (object === undefined) return { missing: "no such ConfigMap" };
  const data = object.data ?? {};
  const text = Object.hasOwn(data, POLICY_KEY) ? data[POLICY_KEY] : undefined;
  return text === undefined ? { missing: `it has no key ${POLICY_KEY}` } : { text };
}
