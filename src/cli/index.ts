// Every command of `landlord`, in the order of its help. Loaded when it is asked for: none waits for the libraries of another.
import type { Command } from "./command.ts";

export interface CommandEntry {
  /** The first word of its commands. */
  word: string;
  /** Of a word that begins several commands: what they are about. */
  about?: string;
  load: () => Promise<readonly Command[]>;
}

export const commands: readonly CommandEntry[] = [
  { word: "serve", load: async () => [(await import("./serve.ts")).serve] }, // the service itself; what the image runs
  {
    word: "tenant",
    about: "Show and change the registry of tenants.",
    load: async () => (await import("./tenant/index.ts")).tenantCommands,
  }, // the registry
  { word: "generate", load: async () => [(await import("./generate.ts")).generate] }, // what becomes of it
  { word: "review", load: async () => [(await import("./review.ts")).review] }, // the webhook's rules, without a webhook
  { word: "explain", load: async () => [(await import("./explain.ts")).explain] }, // what the rules are about
  { word: "doctor", load: async () => [(await import("./doctor.ts")).doctor] }, // what is wrong here, and what mends it
  { word: "break-glass", load: async () => [(await import("./break-glass.ts")).breakGlass] }, // the emergency stop
  {
    word: "export",
    about: "Write the rules as ValidatingAdmissionPolicies, or as flags of Flux.",
    load: async () => (await import("./export/index.ts")).exportCommands,
  }, // the rules in others' words
];
