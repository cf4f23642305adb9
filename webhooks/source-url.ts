// The list of URLs that tenants may take content from: its entries, and whether a URL is on it. Judged part by part, never over the text:
// in `https://*.myorg.com/*` as a glob the first star also stands for `evil.example/x`.
import { isAddress, isInternal } from "./url-host.ts";
import { type Refused, readUrl, type SourceUrl } from "./url-parts.ts";

/** What an entry demands: each part the very same, and a path that begins with these segments. */
export interface UrlEntry extends SourceUrl {
  /** The entry was written `*.host`: one label or more must stand before the host. */
  anySubdomain: boolean;
}

/** `why` is a short phrase for people that repeats nothing of the URL. */
export type Permission = { allowed: true } | { allowed: false; why: string };

const STAR = /^([^/]*:\/\/(?:[^/]*@)?|[^/:]*@)\*\./;
const SHAPES =
  "an entry is literal, as https://host/path/, ssh://user@host/path/, git@host:path/ or oci://host/path/; only the host may begin with *.";

/** An entry of the policy file, or what is wrong with it and how entries look. */
export function readEntry(text: string): UrlEntry | Refused {
  const literal = text.replace(STAR, "$1");
  const anySubdomain = literal !== text;
  if (literal.includes("*")) return refuse("a star stands elsewhere than as the first label of the host");
  const url = readUrl(literal);
  if ("refused" in url) return refuse(url.refused);
  // A domain of one label is too wide, and `*.svc` or `*.local` could reach into the cluster.
  if (anySubdomain && isInternal(url.host))
    return refuse("a star needs a public domain of two labels or more behind it");
  return { ...url, anySubdomain };
}

function refuse(fault: string): Refused {
  return { refused: `${fault}; ${SHAPES}` };
}

/** Whether some entry allows the URL. What could not even be made a URL is told by its own refusal. */
export function isAllowed(reading: string | Refused, entries: readonly UrlEntry[]): Permission {
  const url = typeof reading === "string" ? readUrl(reading) : reading;
  if ("refused" in url) return { allowed: false, why: url.refused };
  // As an entry `git@host:` means the whole host; as a repository it is the name of a local file to git.
  if (url.form === "scp" && url.segments.length === 0) return { allowed: false, why: "the path is missing" };
  if (entries.some((entry) => matches(entry, url))) return { allowed: true };
  return { allowed: false, why: whyNot(url, entries) };
}

function matches(entry: UrlEntry, url: SourceUrl): boolean {
  return (
    entry.form === url.form &&
    entry.scheme === url.scheme &&
    entry.user === url.user &&
    entry.port === url.port &&
    matchesHost(entry, url.host) &&
    entry.segments.every((segment, index) => segment === url.segments[index])
  );
}

function matchesHost({ host, anySubdomain }: UrlEntry, found: string): boolean {
  return anySubdomain ? found.endsWith(`.${host}`) && !isInternal(found) : found === host;
}

function whyNot(url: SourceUrl, entries: readonly UrlEntry[]): string {
  const isNamed = entries.some((entry) => matchesHost(entry, url.host));
  if (!isNamed && isAddress(url.host)) return "the host is an address that no entry names";
  if (!isNamed && isInternal(url.host)) return "the host is cluster-internal";
  const wouldDo = entries.some((entry) => matches({ ...entry, user: url.user }, url));
  return wouldDo ? "the user info is not that of the list" : "no entry of the list matches";
}

/**
 * A URL as it may stand in a message: without user info, query and fragment, which may be secrets. Cuts any text at its last @, since
 * a password that should have been encoded may hold every other delimiter. Where a query may have begun before that, what follows may be
 * part of it, and nothing is shown.
 */
export function shownUrl(text: string): string {
  const at = text.lastIndexOf("@");
  const [scheme = ""] = /^[a-z]+:\/\//i.exec(text) ?? [];
  if (/[?#]/.test(text.slice(0, Math.max(at, 0)))) return `${scheme}…`;
  const bare = at < 0 ? text : `${scheme}…${text.slice(at)}`;
  const end = bare.search(/[?#]/);
  return end < 0 ? bare : `${bare.slice(0, end + 1)}…`;
}
