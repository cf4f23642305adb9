// What a source of the policy's text is. Siblings: a file, a ConfigMap; whoever keeps the policy cannot tell them apart.

/** Its whole text, or why there is none: words that complete "…: ", without the text. */
export type Reading = { text: string } | { missing: string };

export interface PolicySource {
  /** For people: `file /etc/landlord/policy.yaml`, `ConfigMap landlord/landlord-policy`. */
  name: string;
  /** Tells what is there, and again whenever that changes; runs until aborted and never rejects. */
  run(signal: AbortSignal, tell: (reading: Reading) => void): Promise<void>;
}
