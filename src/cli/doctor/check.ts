// What a check of `landlord doctor` is, and what it may ask.

import type { ListOptions } from "../../kube/client.ts";
import type { Kind, ObjectRef } from "../../kube/kinds.ts";
import type { KubeObject } from "../../model/kube-object.ts";
import type { InstallationSettings } from "../installation.ts";
import type { Finding } from "./finding.ts";
import type { Shipped } from "./shipped.ts";

/** The cluster, in the few words that checks need. Every call has a deadline, and throws KubeError. Nothing here can change anything. */
export interface Cluster {
  get<T extends KubeObject>(kind: Kind, ref: ObjectRef): Promise<T>;
  list<T extends KubeObject>(kind: Kind, options?: ListOptions): Promise<T[]>;
  /** A review (TokenReview and the like), which nothing stores. */
  ask<T extends KubeObject>(kind: Kind, review: T): Promise<T>;
  /** A create with `dryRun=All`, in somebody else's name if `as` says whose. */
  tryCreate<T extends KubeObject>(
    kind: Kind,
    object: T,
    as?: string,
  ): Promise<{ object: T; warnings: readonly string[] }>;
  /** Whether the API server serves this kind. */
  serves(kind: Kind): Promise<boolean>;
}

export interface Context {
  cluster: Cluster;
  settings: InstallationSettings;
  shipped: Shipped;
  /** The API server's version, `v1.36.2`. */
  version: string;
  /** Its clock against this machine's, in ms: positive where it is ahead. Undefined where it does not tell. */
  skewMs: number | undefined;
  /** The API server's time, ms since 1970. */
  now: () => number;
}

export interface Check {
  /** One name in the file, the table, the JSON and the docs heading. */
  name: string;
  /** Holds before Landlord has ever run, so that an init container may ask. */
  beforeStart?: true;
  /** What throws becomes a finding of its own: unknown. */
  check(context: Context): Finding[] | Promise<Finding[]>;
}
