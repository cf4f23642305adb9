// The certificates of a PEM text, one by one and put together again. Whether they are any good is checks.ts's and pair.ts's question.

const BLOCK = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** Each as PEM with a line end, in order; whatever else the text holds is left out. */
export const certificatesIn = (pem: string): string[] => Array.from(pem.matchAll(BLOCK), ([block]) => `${block}\n`);

/** One PEM text of all certificates in `texts`, each once, where it is first seen. */
export function joinCertificates(...texts: readonly string[]): string {
  const seen = new Map(texts.flatMap(certificatesIn).map((block) => [block.replaceAll(/\s+/g, ""), block]));
  return [...seen.values()].join("");
}
