// Reads the headers of an answer that are for people: the server's clock, and its warnings. Everything else is transport.ts's.

type Header = string | string[] | undefined;

/** The Date header as ms since 1970; undefined where there is none that can be read. */
export function dateIn(header: Header): number | undefined {
  const at = Date.parse(typeof header === "string" ? header : "");
  return Number.isNaN(at) ? undefined : at;
}

/** The texts of Warning headers: `299 - "text"`, with backslashes before quotes (RFC 7234, 5.5). */
export function warningsIn(header: Header): string[] {
  const text = Array.isArray(header) ? header.join(", ") : (header ?? "");
  return Array.from(text.matchAll(/299 [^\s"]+ "((?:[^"\\]|\\.)*)"/g), ([, quoted = ""]) =>
    quoted.replaceAll(/\\(.)/g, "$1"),
  );
}
