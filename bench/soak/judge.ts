// What was written for each namespace in each of its lives, and whether any of it was written twice. Pure; the fault proxies tell it what was written.

/** A write of Landlord's that the API server answered. */
export interface Write {
  method: string;
  path: string;
  status: number;
  requestBody: string;
  body: string;
  startedAt: number;
  /** The writer has learned what came of it: only then is a second one a fault. */
  certain: boolean;
}

export interface Life {
  name: string;
  since: number;
  /** Every token that was issued for it or stood in its Secret. */
  tokens: Set<string>;
}

export interface Judge {
  /** To be said before the namespace is asked for. */
  expected(name: string, at: number): void;
  /** Somebody has taken the object away, or what is in it: to be said before it is done, and once more after. */
  damaged(name: string, resource: string, at: number): void;
  /** From now on writes do not matter. */
  dying(name: string): void;
  wrote(write: Write): void;
  token(name: string, token: string): void;
  /** The namespace is gone; gives its tokens. */
  gone(name: string): Set<string>;
  counts(): { writes: number; duplicates: string[]; excused: number; idle: number };
}

interface State extends Life {
  /** By resource: the last success, and whether its writer knew. */
  made: Map<string, { at: number; certain: boolean }>;
  /** By path: the resourceVersion of the last answer. */
  versions: Map<string, string>;
  isDying: boolean;
}

/** Stands for the token in the Secret, among the resources. */
const TOKEN = "token";
/** What has to be made anew when something is damaged. */
const DAMAGED_WITH: Record<string, string[]> = {
  serviceaccounts: ["serviceaccounts", TOKEN],
  secrets: ["secrets", TOKEN],
};
const TOLD_AT_MOST = 50;

export function createJudge(): Judge {
  const lives = new Map<string, State>();
  const duplicates: string[] = [];
  let writes = 0;
  let excused = 0;
  let idle = 0;

  function repeated(state: State, what: string, earlier: { at: number; certain: boolean }, at: number): void {
    if (!earlier.certain) return void excused++;
    if (duplicates.length < TOLD_AT_MOST) {
      duplicates.push(
        `${what} of ${state.name}, ${at - earlier.at} ms after the last, ${at - state.since} ms after its birth`,
      );
    }
  }

  function made(state: State, resource: string, { startedAt: at, certain }: Write): void {
    const earlier = state.made.get(resource);
    if (earlier !== undefined && earlier.at <= at) repeated(state, `second create in ${resource}`, earlier, at);
    state.made.set(resource, { at, certain });
  }

  function issued(state: State, { body, startedAt }: Write): void {
    const { token } = parsed(body).status ?? {};
    if (typeof token === "string") state.tokens.add(token);
    const earlier = state.made.get(TOKEN);
    if (earlier !== undefined && earlier.at < startedAt && !state.isDying) {
      repeated(state, "second token", earlier, startedAt);
    }
  }

  function stored(state: State, resource: string, write: Write): void {
    const { method, startedAt, certain } = write;
    const { name = "", resourceVersion = "" } = parsed(write.body).metadata ?? {};
    if (method === "DELETE") duplicates.push(`delete in ${resource} of ${state.name}`);
    if (method === "POST") made(state, resource, write);
    // from here on the tenant has a token that is good
    if (resource === "secrets") state.made.set(TOKEN, { at: startedAt, certain });
    const key = `${resource}/${name}`;
    if (method === "PATCH" && state.versions.get(key) === resourceVersion) idle++;
    state.versions.set(key, resourceVersion);
  }

  return {
    expected: (name, at) =>
      void lives.set(name, {
        name,
        since: at,
        tokens: new Set(),
        made: new Map(),
        versions: new Map(),
        isDying: false,
      }),
    damaged(name, resource, at) {
      const state = lives.get(name);
      for (const each of DAMAGED_WITH[resource] ?? [resource]) {
        if ((state?.made.get(each)?.at ?? Number.POSITIVE_INFINITY) <= at) state?.made.delete(each);
      }
    },
    dying(name) {
      const state = lives.get(name);
      if (state !== undefined) state.isDying = true;
    },
    wrote(write) {
      const target = targetOf(write.path);
      const state = lives.get(target?.namespace ?? "");
      if (target === undefined || state === undefined || write.startedAt < state.since) return;
      if (target.resource === "events" || write.status >= 300) return;
      writes++;
      if (target.subresource === "token") issued(state, write);
      else if (!state.isDying) stored(state, target.resource, write);
    },
    token: (name, token) => void lives.get(name)?.tokens.add(token),
    gone(name) {
      const tokens = lives.get(name)?.tokens ?? new Set<string>();
      lives.delete(name);
      return tokens;
    },
    counts: () => ({ writes, duplicates, excused, idle }),
  };
}

const PATH = /^\/(?:api|apis\/[^/]+)\/[^/]+\/namespaces\/([^/?]+)(?:\/([^/?]+))?(?:\/([^/?]+))?(?:\/([^/?]+))?/;

/** The namespace that a path is about; `resource` is `namespaces` for itself. */
export function targetOf(path: string): { namespace: string; resource: string; subresource: string } | undefined {
  const [, namespace, resource = "", name = "", subresource = ""] = PATH.exec(path) ?? [];
  if (namespace === undefined) return undefined;
  if (resource === "" || resource === "status") return { namespace, resource: "namespaces", subresource: resource };
  return { namespace, resource, subresource: name === "" ? "" : subresource };
}

interface Answer {
  metadata?: { name?: string; resourceVersion?: string };
  status?: { token?: unknown };
}

function parsed(body: string): Answer {
  try {
    return (JSON.parse(body) as Answer | null) ?? {};
  } catch {
    return {};
  }
}
