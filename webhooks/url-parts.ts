// Takes a source's URL to pieces, and refuses whatever two readers could take to pieces differently.
// Who connects in the end is Go's net/url, go-git, minio-go, a registry client or git itself; a URL that passes here has the same host, port
// and path for all of them. Not the WHATWG parser, which resolves, decodes and repairs what those do not, and throws on `ssh://git@host:path`.
import { hostFault } from "./url-host.ts";

export interface SourceUrl {
  /** scp: `git@host:path` or `ssh://git@host:path`, where the path begins at the account's home. */
  form: "url" | "scp";
  /** Lower case. */
  scheme: string;
  /** All that stands before the @, byte for byte; "" if nothing does. May be a password. */
  user: string;
  /** Lower case; an IPv6 address in its brackets. */
  host: string;
  /** "" for the scheme's own. */
  port: string;
  /** As written. A trailing slash makes no difference. */
  segments: readonly string[];
}

/** Why something cannot be read, in words for people that repeat nothing of it. */
export interface Refused {
  refused: string;
}

const LENGTH_LIMIT = 2048;
/**
 * `https://h:443/` and `https://h/` are the same server for every reader. A registry's port belongs to its name, so oci has no default:
 * `host:443/app` is an image of that host where `host/app` is one of Docker Hub.
 */
const DEFAULT_PORTS = new Map([
  ["https", "443"],
  ["http", "80"],
  ["ssh", "22"],
  ["oci", ""],
]);
const URL_FORM = /^([a-z]+):\/\/([^/]*)(.*)$/i;
/** Only with a user: `https:host/path` would be one otherwise. */
const SCP_FORM = /^([^@:/]+)@([^:/]+):(.*)$/;
/** Host with its brackets, port. */
const HOST_AND_PORT = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/;
/** RFC 3986, without the star; ssh would take a leading dash for an option. */
const USER = /^[\w.~!$&'()+,;=:%][\w.~!$&'()+,;=:%-]*$/;
const PORT = /^[1-9]\d{0,4}$/;
/** go-git's net/http transport sends the decoded path: an encoded slash, dot, question mark or percent sign would come to life. */
const OTHER_ENCODING = /%(?!20)/;
/** Not `;` (Tomcat reads `..;` as `..`), not `:` and `@` (an image's tag; go-git looks for the last host of `a:b@c:d`), not `*` and `{`. */
const OTHER_CHARACTER = /[^\w.~+=,&()%-]/;
const DOTS = /^(\.|%20)+$/;

/** The parts of a URL or of git's scp-like form. Takes time in proportion to the text, and never throws. */
export function readUrl(text: string): SourceUrl | Refused {
  const parts = textFault(text) ?? split(text);
  if (typeof parts === "string") return { refused: parts };
  const fault = partsFault(parts);
  if (fault !== undefined) return { refused: fault };
  const { path: _path, ...url } = parts;
  return {
    ...url,
    port: parts.port === DEFAULT_PORTS.get(parts.scheme) ? "" : (parts.port ?? ""),
    segments: segmentsOf(parts),
  };
}

type Parts = Omit<SourceUrl, "port" | "segments"> & { port: string | undefined; path: string };

function textFault(text: string): string | undefined {
  if (text.length > LENGTH_LIMIT) return `it is longer than ${LENGTH_LIMIT} characters`;
  if (/[\p{C}\p{Z}]/u.test(text)) return "it holds a control character or a blank";
  if (text.includes("\\")) return "it holds a backslash";
  if (/[^!-~]/.test(text)) return "it holds a character outside ASCII";
  if (text.includes("?")) return "it holds a query";
  return text.includes("#") ? "it holds a fragment" : undefined;
}

/** The text cut at its delimiters, or why that cannot be done. */
function split(text: string): Parts | string {
  const [, user = "", scpHost, scpPath = ""] = SCP_FORM.exec(text) ?? [];
  if (scpHost !== undefined) {
    return { form: "scp", scheme: "ssh", user, host: scpHost.toLowerCase(), port: undefined, path: scpPath };
  }
  const [, writtenScheme = "", authority = "", path = ""] = URL_FORM.exec(text) ?? [];
  const scheme = writtenScheme.toLowerCase();
  if (!DEFAULT_PORTS.has(scheme)) return "it does not begin with https://, http://, ssh://, oci:// or user@host:";
  const [before, after, ...more] = authority.split("@");
  if (more.length > 0 || (after !== undefined && before === "")) return "the user info cannot be told from the host";
  const [, host = "", port] = HOST_AND_PORT.exec(after ?? before ?? "") ?? [];
  const url = { scheme, user: after === undefined ? "" : (before ?? ""), host: host.toLowerCase() };
  const isScp = scheme === "ssh" && port !== undefined && startsPath(port);
  return isScp ? { ...url, form: "scp", port: undefined, path: port + path } : { ...url, form: "url", port, path };
}

/** What stands where ssh's port would: git takes `+22` and `022` for one too. */
function startsPath(port: string): boolean {
  return /^[a-z_~\d]/i.test(port) && !/^\d+$/.test(port);
}

function partsFault(parts: Parts): string | undefined {
  if (parts.user !== "" && !USER.test(parts.user)) return "the user info holds a character that must be encoded";
  return hostFault(parts.host) ?? portFault(parts.port) ?? pathFault(segmentsOf(parts)) ?? registryFault(parts);
}

function portFault(port: string | undefined): string | undefined {
  if (port === undefined || (PORT.test(port) && Number(port) <= 65_535)) return undefined;
  return "the port is not a plain number from 1 to 65535";
}

function segmentsOf({ form, path }: Parts): string[] {
  const segments = path.split("/").slice(form === "url" ? 1 : 0);
  return segments.at(-1) === "" ? segments.slice(0, -1) : segments;
}

function pathFault(segments: readonly string[]): string | undefined {
  if (segments.includes("")) return "the path holds an empty segment";
  if (segments.some((segment) => OTHER_ENCODING.test(segment))) return "the path holds percent-encoding other than %20";
  if (segments.some((segment) => DOTS.test(segment))) return "the path holds dot segments";
  const isOdd = segments.some((segment) => OTHER_CHARACTER.test(segment));
  return isOdd ? "the path holds a character that servers read differently" : undefined;
}

/** Registry clients take the first segment for a host only if it holds a dot or a port and something follows; if not, Docker Hub is meant. */
function registryFault({ scheme, host, port, path }: Parts): string | undefined {
  if (scheme !== "oci") return undefined;
  if (path === "") return "an oci URL without a path names an image of Docker Hub";
  const isHost = host.includes(".") || host.startsWith("[") || port !== undefined;
  return isHost ? undefined : "an oci host without a dot or a port names an image of Docker Hub";
}
