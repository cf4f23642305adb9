// Who we are to kube-apiserver, and whom we trust. Two sources that the transport cannot tell apart: in-cluster and kubeconfig.
import type { RequestOptions } from "node:https";
import { isIPv6 } from "node:net";
import { join } from "node:path";
import type { KubeConfig } from "@kubernetes/client-node";
import { type Clock, systemClock } from "../model/clock.ts";
import { describe } from "../model/errors.ts";
import { Sealed } from "../model/sealed.ts";
import { createDeadline } from "./deadline.ts";
import { createFreshFile, type FreshFile } from "./fresh-file.ts";
import { type ChosenContext, chooseContext } from "./kubeconfig-files.ts";

/** `headers()` is asked before every request and must be cheap; what it returns holds a secret and is never logged. */
export interface Credentials {
  /** `https://host:port`, without a path unless the server lies behind one. */
  readonly server: string;
  /** PEM of the authorities that may sign for the server; may change while running. */
  readonly ca?: string | undefined;
  /** The namespace that we run in, or that the kubeconfig's context names. */
  readonly namespace?: string | undefined;
  /** The server's certificate is not checked at all. */
  readonly insecure?: boolean;
  /** Name that the server's certificate must carry, where it is not the host's. */
  readonly serverName?: string | undefined;
  headers(): Promise<Record<string, string>>;
  clientCertificate?(): Promise<{ cert: string; key: string } | undefined>;
  /** The server answered 401: read everything anew before the next request. */
  invalidate(): void;
}

/** What a Pod is given: `token`, `ca.crt` and `namespace` in `directory`. Both of the first are read again as they rotate. */
export async function inClusterCredentials(options: {
  directory: string;
  host: string;
  port: string;
  clock: Clock;
}): Promise<Credentials> {
  const { directory, host, port, clock } = options;
  const file = (name: string): FreshFile => createFreshFile({ path: join(directory, name), clock });
  const token = file("token");
  const authority = file("ca.crt");
  let ca = (await authority.read()).open();
  await token.read();
  const namespace = await file("namespace").read();

  return {
    server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`,
    get ca() {
      return ca;
    },
    namespace: namespace.open(),
    async headers() {
      ca = (await authority.read()).open();
      return { authorization: `Bearer ${(await token.read()).open()}` };
    },
    invalidate() {
      token.invalidate();
      authority.invalidate();
    },
  };
}

interface Identity {
  headers: Sealed<Record<string, string>>;
  ca?: string | undefined;
  certificate?: { cert: string; key: string } | undefined;
}

/** client-node reads files anew each time it is asked: once a second is enough. */
const FRESH_MS = 1_000;
/** Somebody may have to log in first. */
const PLUGIN_MS = 120_000;

/**
 * A context of a kubeconfig. `path` may list several files as KUBECONFIG does; without it ~/.kube/config. Loads client-node,
 * which takes half a second and 80 MB: not for the serving path in a cluster.
 */
export async function kubeconfigCredentials(options: {
  path?: string;
  context?: string;
  clock?: Clock;
}): Promise<Credentials> {
  const { clock = systemClock, ...where } = options;
  const { KubeConfig, loadYaml } = await import("@kubernetes/client-node");
  const choose = async (): Promise<{
    context: ChosenContext;
    config: KubeConfig;
    tokenFile: FreshFile | undefined;
  }> => {
    const context = await chooseContext({ ...where, parseYaml: (text) => loadYaml(text) });
    const config = new KubeConfig();
    config.loadFromString(JSON.stringify(context.document));
    const { tokenFile } = context;
    return {
      context,
      config,
      tokenFile: tokenFile === undefined ? undefined : createFreshFile({ path: tokenFile, clock }),
    };
  };

  let chosen = await choose();
  const { title, server, namespace, insecure, serverName } = chosen.context;
  let known: { identity: Promise<Identity>; at: number } | undefined;
  let stale = false;

  async function authenticate(): Promise<Identity> {
    // a new KubeConfig forgets the tokens that the last one kept
    if (stale) chosen = await choose();
    stale = false;
    const deadline = createDeadline({ ms: PLUGIN_MS, clock });
    try {
      return await deadline.race(identityOf(chosen.config, chosen.tokenFile));
    } catch (error) {
      // oxlint-disable-next-line eslint/preserve-caught-error -- the caught one may hold a credential
      throw new Error(`authenticate by ${title}`, { cause: withoutContent(error) });
    } finally {
      deadline.clear();
    }
  }

  function identity(): Promise<Identity> {
    const age = clock.now() - (known?.at ?? 0);
    if (known !== undefined && age >= 0 && age < FRESH_MS) return known.identity;
    const pending = authenticate();
    known = { identity: pending, at: clock.now() };
    pending.catch(() => {
      known = undefined;
    });
    return pending;
  }

  let { ca } = await identity();
  return {
    server,
    get ca() {
      return ca;
    },
    namespace,
    insecure,
    serverName,
    async headers() {
      const current = await identity();
      ({ ca } = current);
      return { ...current.headers.open() };
    },
    clientCertificate: async () => (await identity()).certificate,
    invalidate() {
      known = undefined;
      stale = true;
    },
  };
}

/** Lets client-node do what the user entry asks for: certificate files, exec plugin, OIDC, password. */
async function identityOf(config: KubeConfig, tokenFile: FreshFile | undefined): Promise<Identity> {
  const options: RequestOptions = { headers: {} };
  await config.applyToHTTPSOptions(options);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) headers[name.toLowerCase()] = String(value).trim();
  if (tokenFile !== undefined) headers["authorization"] = `Bearer ${(await tokenFile.read()).open()}`;
  if (typeof options.auth === "string") {
    headers["authorization"] = `Basic ${Buffer.from(options.auth).toString("base64")}`;
  }
  const [ca, cert, key] = [pem(options.ca), pem(options.cert), pem(options.key)];
  return {
    headers: new Sealed(headers),
    ca,
    certificate: cert === undefined || key === undefined ? undefined : { cert, key },
  };
}

const pem = (value: unknown): string | undefined =>
  typeof value === "string" || Buffer.isBuffer(value) ? value.toString() : undefined;

/** What a plugin prints on stdout is a credential, and a parser's message quotes it. */
function withoutContent(error: unknown): Error {
  if (error instanceof SyntaxError || error instanceof TypeError) {
    return new Error("the exec plugin did not print an ExecCredential");
  }
  return new Error(describe(error, 200).trim());
}
