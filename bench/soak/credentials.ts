// Asks the API server about every token of namespaces that are gone: none may open anything.
import { setTimeout as sleep } from "node:timers/promises";
import type { Api } from "../../sandbox/api.ts";

export interface Graveyard {
  bury(namespace: string, tokens: Iterable<string>): void;
  /** Until aborted, and then until all that are buried are judged; later ones are not taken. */
  run(signal: AbortSignal): Promise<void>;
  counts(): { reviewed: number; waiting: number; alive: string[] };
}

/** kube-apiserver remembers for 10 s that a token was good. */
const FIRST_LOOK_MS = 12_000;
const LAST_LOOK_MS = 60_000;
const PAUSE_MS = 500;

export function createGraveyard(api: Api): Graveyard {
  let waiting: { namespace: string; token: string; since: number; due: number }[] = [];
  const alive: string[] = [];
  let reviewed = 0;
  let isClosed = false;

  async function look(): Promise<void> {
    const now = Date.now();
    const due = waiting.filter((each) => each.due <= now);
    waiting = waiting.filter((each) => each.due > now);
    for (const each of due) {
      const user = await userOf(api, each.token);
      if (user === "") reviewed++;
      else if (user === undefined || now - each.since < LAST_LOOK_MS) waiting.push({ ...each, due: now + 5_000 });
      else {
        reviewed++;
        alive.push(`${user}, ${Math.round((now - each.since) / 1000)} s after namespace ${each.namespace} was gone`);
      }
    }
  }

  return {
    bury(namespace, tokens) {
      if (isClosed) return;
      const since = Date.now();
      for (const token of tokens) waiting.push({ namespace, token, since, due: since + FIRST_LOOK_MS });
    },
    async run(signal) {
      while (!signal.aborted || waiting.length > 0) {
        isClosed = signal.aborted;
        await look();
        await sleep(PAUSE_MS);
      }
    },
    counts: () => ({ reviewed, waiting: waiting.length, alive }),
  };
}

/** Who the token is; "" for nobody, undefined if that is not known now. */
export async function userOf(api: Api, token: string): Promise<string | undefined> {
  const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec: { token } };
  const path = "/apis/authentication.k8s.io/v1/tokenreviews";
  const { status, text } = await api.call({ method: "POST", path, body }).catch(() => ({ status: 0, text: "" }));
  if (status !== 201) return undefined;
  const { status: review } = JSON.parse(text) as { status: { authenticated?: boolean; user?: { username?: string } } };
  return review.authenticated === true ? (review.user?.username ?? "?") : "";
}
