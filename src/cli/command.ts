// What a command is. Options come parsed; everything it touches beyond them is handed in.
import type { Policy } from "../../webhooks/policy.ts";
import type { Preview } from "../generator/preview.ts";
import type { KubeClient } from "../kube/client.ts";
import type { PolicyFault } from "../policy/read.ts";
import type { TenantStore } from "../tenants/store.ts";
import type { Installation } from "./installation.ts";

export interface CommandArgument {
  /** camelCase, as it is found among the options. */
  name: string;
  about: string;
  optional?: true;
}

export interface CommandOption {
  /** As commander writes them: `--roles <list>`, `--dry-run`. */
  flags: string;
  about: string;
  fallback?: string;
  /** May be given several times: comes as a list. */
  repeated?: true;
}

/** Arguments and options by commander's name for them: text, true for a flag, a list where it may be repeated. */
export type Given = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

export interface CommandDeps {
  /** Lines for people: results and mistakes. */
  out: (line: string) => void;
  error: (line: string) => void;
  /** Aborted by Ctrl-C. */
  signal: AbortSignal;
  /** Runs the service until it is told to stop. `settings` override the environment. Rejects with ConfigError for wrong settings. */
  serve: (settings: Record<string, string>) => Promise<void>;
  /** The tenant registry that the settings name; it is closed afterwards. Rejects with ConfigError for wrong settings. */
  withRegistry: <T>(use: (store: TenantStore) => Promise<T>) => Promise<T>;
  /** What Argo CD would get from it. Rejects with GeneratorError for wrong input. */
  preview: (request: { applicationSetName: string; parameters: unknown }) => Promise<Preview>;
  /** Standard input to its end, or its first bytes if it is longer than `mostBytes`: then one more than that. */
  stdin: (mostBytes: number) => Promise<Buffer>;
  /** The policy of a file's text, or without one that of the service's settings. Rejects with ConfigError for wrong settings. */
  policy: (text: string | undefined) => Promise<{ policy: Policy } | { faults: readonly PolicyFault[] }>;
  /** The cluster that the settings or the kubeconfig name; connections are closed afterwards. */
  withCluster: <T>(use: (client: KubeClient) => Promise<T>) => Promise<T>;
  /** Landlord as it is installed in that cluster. Rejects with ConfigError for wrong settings. */
  withInstallation: <T>(use: (installation: Installation) => Promise<T>) => Promise<T>;
}

export interface Command {
  /** One or two words: `serve`, `tenant add`. */
  name: string;
  summary: string;
  arguments?: readonly CommandArgument[];
  options: readonly CommandOption[];
  /** Resolves to the exit code: 0 done, 1 failed, 2 wrong use. */
  run(given: Given, deps: CommandDeps): Promise<number>;
}

/** Wrong use that only the command can see; the message says what is allowed. Exit code 2. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** An option's text; "" where it was not given. */
export const textOf = (given: Given, name: string): string => {
  const value = given[name];
  return typeof value === "string" ? value : "";
};

/** A repeated option's values. */
export const listOf = (given: Given, name: string): readonly string[] => {
  const value = given[name];
  return Array.isArray(value) ? value : [];
};
