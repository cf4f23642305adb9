// What is wrong with the tenant database, in our own words. The server's texts are read, never repeated: they may hold anything.
import { COLUMN_NAMES } from "./tenant-table.ts";

export interface CqlFault {
  words: string;
  /** Trying again may help: load, a lost connection, an outage. */
  passing: boolean;
  /** Without a word of the server's; undefined: the words say all. */
  cause: Error | undefined;
}

/** What the words name. */
export interface CqlPlace {
  /** `contact point:port`. */
  host: string;
  /** The name that the server's certificate must be for. */
  serverName: string;
  region: string;
  keyspace: string;
  table: string;
}

/** Errors that come from us and say all there is to say, such as credentials that cannot be loaded. */
export class OwnFault extends Error {
  override name = "OwnFault";
  readonly passing: boolean;

  constructor(message: string, options: ErrorOptions & { passing: boolean }) {
    super(message, options);
    this.passing = options.passing;
  }
}

const NO_TRUST =
  "the server's certificate is not trusted: its CA is neither among the system's roots nor in the CA bundle";
const NO_TLS = "the server does not speak TLS";
/** Node's error codes while connecting. Those of TLS do not pass by waiting. */
const NETWORK: Record<string, { words: string; passing: boolean }> = {
  ECONNREFUSED: { words: "connection refused", passing: true },
  ECONNRESET: { words: "connection lost", passing: true },
  EPIPE: { words: "connection lost", passing: true },
  ETIMEDOUT: { words: "no connection", passing: true },
  EHOSTUNREACH: { words: "no route to the server", passing: true },
  ENETUNREACH: { words: "no route to the server", passing: true },
  ENOTFOUND: { words: "server name not found", passing: true },
  EAI_AGAIN: { words: "server name not found", passing: true },
  SELF_SIGNED_CERT_IN_CHAIN: { words: NO_TRUST, passing: false },
  DEPTH_ZERO_SELF_SIGNED_CERT: { words: NO_TRUST, passing: false },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: { words: NO_TRUST, passing: false },
  UNABLE_TO_GET_ISSUER_CERT: { words: NO_TRUST, passing: false },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: { words: NO_TRUST, passing: false },
  CERT_SIGNATURE_FAILURE: { words: NO_TRUST, passing: false },
  CERT_HAS_EXPIRED: { words: "the server's certificate has expired", passing: false },
  CERT_NOT_YET_VALID: { words: "the server's certificate is not valid yet", passing: false },
  ERR_SSL_WRONG_VERSION_NUMBER: { words: NO_TLS, passing: false },
  ERR_SSL_PACKET_LENGTH_TOO_LONG: { words: NO_TLS, passing: false },
  EPROTO: { words: NO_TLS, passing: false },
};

/** Error codes of the native protocol that pass: Keyspaces has no code for throttling and uses these. */
const PASSING: Record<number, string> = {
  0x00_00: "error in the server",
  0x10_00: "not enough replicas",
  0x10_01: "the server is overloaded",
  0x10_02: "the server is starting",
  0x10_03: "the server is truncating",
  0x11_00: "timeout in the server, or throttled",
  0x12_00: "timeout in the server, or throttled",
  0x13_00: "read failed in the server",
  0x15_00: "write failed in the server",
};

/** Any error of a call to the database, told apart by its shape alone. */
export function cqlFault(error: unknown, place: CqlPlace): CqlFault {
  if (!(error instanceof Error)) return { words: "no answer", passing: true, cause: undefined };
  if (error instanceof OwnFault) return { words: error.message, passing: error.passing, cause: causeOf(error) };
  if ("innerErrors" in error) return noHost(error.innerErrors, place);
  const code = "code" in error ? error.code : undefined;
  if (typeof code === "number") return { ...answered(code, error.message, place), cause: codeError(code) };
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    const words = `the server's certificate is not for ${place.serverName}`;
    return { words, passing: false, cause: error };
  }
  if (typeof code === "string") {
    return { ...(NETWORK[code] ?? { words: `no answer (${code})`, passing: true }), cause: error };
  }
  return nameless(error, place);
}

const codeError = (code: number): Error => new Error(`CQL error 0x${code.toString(16).padStart(4, "0")}`);
const causeOf = (error: Error): Error | undefined => (error.cause instanceof Error ? error.cause : undefined);

function nameless(error: Error, place: CqlPlace): CqlFault {
  const cause = new Error(error.name);
  if (error.name === "AuthenticationError") return { words: "credentials refused", passing: false, cause: undefined };
  if (error.name === "OperationTimedOutError") return { words: "no answer in time", passing: true, cause };
  if (error.name === "ArgumentError" && error.message.startsWith("localDataCenter")) {
    return { words: wrongDataCentre(error.message, place.region), passing: false, cause: undefined };
  }
  if ("isSocketError" in error) return { words: "connection lost", passing: true, cause };
  if (error.name === "BusyConnectionError" || error.message === "No connection available") {
    return { words: "no free connection", passing: true, cause };
  }
  if (error.message === "Connection timeout") return { words: "no connection in time", passing: true, cause };
  return { words: "the driver failed", passing: false, cause };
}

/** Each host tried has an error of its own; the one that waiting does not mend tells most. */
function noHost(innerErrors: unknown, place: CqlPlace): CqlFault {
  const inner: unknown[] = typeof innerErrors === "object" && innerErrors !== null ? Object.values(innerErrors) : [];
  if (inner.length === 0) {
    return { words: "server name not found", passing: true, cause: undefined };
  }
  const faults = inner.filter((error) => error instanceof Error).map((error) => cqlFault(error, place));
  return (
    faults.find(({ passing }) => !passing) ?? faults[0] ?? { words: "no host is up", passing: true, cause: undefined }
  );
}

function answered(code: number, message: string, place: CqlPlace): { words: string; passing: boolean } {
  const passing = PASSING[code];
  if (passing !== undefined) return { words: passing, passing: true };
  const table = `${place.keyspace}.${place.table}`;
  if (code === 0x01_00) return { words: "credentials refused", passing: false };
  if (code === 0x21_00) return { words: `the credentials have no right to do this to ${table}`, passing: false };
  if (code === 0x22_00) return { words: invalid(message, place), passing: false };
  if (code === 0x00_0a) return { words: "the server does not speak version 4 of the protocol", passing: false };
  return { words: "the server refused the statement", passing: false };
}

/** Error 0x2200 is told apart by its text alone. Names are looked for among those that we know. */
function invalid(message: string, { keyspace, table }: CqlPlace): string {
  const text = message.toLowerCase();
  const missing = /does not exist|doesn't exist|not found|unconfigured|unknown/.test(text);
  const column = /(?:undefined column name|unknown identifier|unknown column|undefined name) "?(\w+)/.exec(text)?.[1];
  if (column !== undefined) {
    const known = COLUMN_NAMES.find((name) => name === column);
    return `table ${keyspace}.${table} lacks ${known === undefined ? "a column" : `column ${known}`}`;
  }
  if (missing && /\b(table|columnfamily)\b/.test(text)) return `table ${keyspace}.${table} does not exist`;
  if (missing && /\bkeyspace\b/.test(text)) return `keyspace ${keyspace} does not exist`;
  if (/consistency/.test(text)) return "the server does not allow this consistency level";
  return `the server calls the statement invalid: a column of ${keyspace}.${table} may have another type`;
}

function wrongDataCentre(message: string, region: string): string {
  const found = /\[([\w ,.-]{1,100})\]$/.exec(message)?.[1];
  const instead = found === undefined ? "" : ` (found: ${found})`;
  return `no host is in data centre ${region}${instead}: the region must be the data centre's name`;
}
