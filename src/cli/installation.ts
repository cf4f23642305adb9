// What the commands that look after Landlord itself are told of it: the cluster, and the settings that say how it is installed there.
import type { KubeClient } from "../kube/client.ts";
import type { Clock } from "../model/clock.ts";

/** Of the service's own settings, those that can be seen in the cluster. */
export interface InstallationSettings {
  namespace: string;
  /** Landlord's own user name. */
  ownUser: string;
  roles: ReadonlySet<string>;
  webhookConfiguration: string;
  certificateSecret: string;
  /** Directory of the certificate where it is not Landlord's own. */
  certificateFiles?: string | undefined;
  clusterRole: string;
  tenantLabels: readonly string[];
  platformNamespaces: ReadonlySet<string>;
}

export interface Installation {
  client: KubeClient;
  settings: InstallationSettings;
  clock: Clock;
}
