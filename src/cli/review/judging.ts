// Judges documents, wherever they come from: the engine is the webhook's, and this is what puts questions to it.

import type { AdmissionRequest } from "../../../webhooks/admission.ts";
import type { Facts } from "../../../webhooks/facts.ts";
import { createJudge, type Judgement } from "../../../webhooks/judge.ts";
import type { Document, Unreadable } from "./documents.ts";
import { type Asked, createRequests, type RequestOptions } from "./requests.ts";
import { findingsOf, type Reviewed } from "./verdict.ts";

export interface JudgingOptions extends RequestOptions {
  /** Asked once, and only if there is anything to judge: it may take a cluster. */
  facts: () => Promise<Facts>;
}

type Judge = (request: AdmissionRequest) => Judgement;

/** One verdict for each, in their order. Rejects with what `facts` rejects with. */
export async function judgeDocuments(
  read: readonly (Document | Unreadable)[],
  options: JudgingOptions,
): Promise<Reviewed[]> {
  const ask = createRequests(options);
  const asked = read.map((document) => ("fault" in document ? undefined : ask(document)));
  const isNeeded = asked.some((one) => one !== undefined && "request" in one);
  const judge = isNeeded ? await judgeOf(options) : undefined;
  return read.map((document, index) => reviewedOf(document, asked[index], judge));
}

async function judgeOf({ rules, policy, facts }: JudgingOptions): Promise<Judge> {
  return createJudge({ rules, policy: () => policy, facts: await facts(), run });
}

/** As in the service: a rule that throws denies. */
function run<Result>(_: unknown, check: () => Result): Result | undefined {
  try {
    return check();
  } catch {
    return undefined;
  }
}

function reviewedOf(document: Document | Unreadable, asked: Asked | undefined, judge: Judge | undefined): Reviewed {
  const { source, document: number, item } = document;
  const { kind = "", namespace = "", name = "" } = asked ?? {};
  const counted = { source, document: number, ...(item === undefined ? {} : { item }), kind, namespace, name };
  if ("fault" in document) return unreadable(counted, document.fault, document.line);
  const { place } = document;
  if (asked === undefined || "fault" in asked) return unreadable(counted, asked?.fault ?? "", place?.line);
  if ("request" in asked && judge !== undefined)
    return { verdict: { ...counted, ...findingsOf(judge(asked.request)) }, place };
  const reason = "skipped" in asked ? asked.skipped : "";
  return { verdict: { ...counted, allowed: true, outcome: "not-judged", reason, violations: [], warnings: [] }, place };
}

type Counted = Pick<Reviewed["verdict"], "source" | "document" | "item" | "kind" | "namespace" | "name">;

function unreadable(counted: Counted, reason: string, line: number | undefined): Reviewed {
  const nothing = { violations: [], warnings: [] };
  return { verdict: { ...counted, allowed: false, outcome: "unreadable", reason, ...nothing }, line };
}
