// Runs the checks over one installation, side by side and within a deadline. What cannot be told is a finding too.
import { isForbidden } from "../../kube/errors.ts";
import { describe } from "../../model/errors.ts";
import type { Installation } from "../installation.ts";
import type { Check, Context } from "./check.ts";
import { boundedCluster } from "./cluster.ts";
import { type Finding, ok, unknown } from "./finding.ts";
import { type Shipped, shippedManifests } from "./shipped.ts";

export type Told = Finding & { check: string };

export interface Examination {
  installation: Installation;
  checks: readonly Check[];
  signal: AbortSignal;
  deadlineMs: number;
  shipped?: Shipped;
}

/** Findings in the order of the checks, after one about the API server itself; without it there are no others. Never rejects. */
export async function examine(examination: Examination): Promise<Told[]> {
  const { installation, checks, deadlineMs } = examination;
  const over = new AbortController();
  const cancel = installation.clock.after(deadlineMs, () => over.abort());
  try {
    const signal = AbortSignal.any([examination.signal, over.signal]);
    const context = await contextOf({ ...examination, signal });
    const reached = ok(`the API server answers (${context.version || "it does not say its version"})`);
    const found = await Promise.all(checks.map((check) => told(check, context)));
    return [{ check: API_SERVER, ...reached }, ...found.flat()];
  } catch (error) {
    return [{ check: API_SERVER, ...unknown(describe(error), "kubectl get --raw /readyz") }];
  } finally {
    cancel();
  }
}

const API_SERVER = "api-server";

/** Throws if the API server does not answer, or if the manifests are not there to compare with. */
async function contextOf({ installation, signal, shipped }: Examination): Promise<Context> {
  const { client, settings, clock } = installation;
  let date: number | undefined;
  const asked = clock.now();
  const version = await client.getPath("/version", {
    signal,
    timeoutMs: CALL_MS,
    onHead: (head) => void (date = head.date),
  });
  // the header is cut to whole seconds, so the middle of that second and of the call are compared
  const skewMs = date === undefined ? undefined : date + 500 - (asked + clock.now()) / 2;
  return {
    cluster: boundedCluster(client, signal),
    settings,
    shipped: shipped ?? shippedManifests(settings),
    version: gitVersionOf(version),
    skewMs,
    now: () => clock.now() + (skewMs ?? 0),
  };
}

const CALL_MS = 8_000;

function gitVersionOf(version: unknown): string {
  if (typeof version !== "object" || version === null || !("gitVersion" in version)) return "";
  return typeof version.gitVersion === "string" ? version.gitVersion : "";
}

async function told(check: Check, context: Context): Promise<Told[]> {
  const named = (finding: Finding): Told => ({ check: check.name, ...finding });
  try {
    return (await check.check(context)).map(named);
  } catch (error) {
    return [named(cannotTell(error))];
  }
}

function cannotTell(error: unknown): Finding {
  const command = isForbidden(error) ? "kubectl auth can-i --list" : "landlord doctor";
  return unknown(`cannot tell: ${describe(error)}`, command);
}
