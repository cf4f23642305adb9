// The confinement cases of test/cases, each with its configuration as a policy, and what one expects of an answer.
import { readFileSync } from "node:fs";
import { faultText, type PolicyBase, readPolicy } from "../../src/policy/read.ts";
import type { Policy } from "../../webhooks/policy.ts";
import { rules } from "../../webhooks/validating/index.ts";
import { expand } from "../cases/expand.mjs";
import { LANDLORD } from "./admission.ts";

/** The head of the cases' file says what each of them means. */
export interface Expectation {
  allowed?: boolean;
  rules?: string[];
  rulesInclude?: string[];
  rulesAnyOf?: string[];
  causes?: number;
  maxCauses?: number;
  fields?: string[];
  warnings?: string[];
  audit?: boolean;
  messageIncludes?: string[];
  messageExcludes?: string[];
  messageMaxBytes?: number;
  sameMessageAs?: string;
  sameVerdictAs?: string;
  status?: number | number[];
  anyOf?: Expectation[];
}

export interface ReviewRequest {
  uid: string;
  kind: { group: string; version: string; kind: string };
  resource: { group: string; version: string; resource: string };
  subResource?: string;
  name?: string;
  namespace?: string;
  operation: "CREATE" | "UPDATE" | "DELETE" | "CONNECT";
  userInfo: { username?: string; groups?: string[] };
  object: Record<string, unknown> | null;
  oldObject: Record<string, unknown> | null;
  dryRun: boolean;
}

export interface ConfinementCase {
  id: string;
  title: string;
  /** A real API server refuses or prunes the object before admission. */
  direct: boolean;
  config: Record<string, unknown>;
  review?: { request: ReviewRequest };
  raw?: string;
  expect: Expectation;
}

/** The `response` of an AdmissionReview. */
export interface ReviewResponse {
  uid: string;
  allowed: boolean;
  status?: { message: string; details: { causes: { field: string; message: string }[] } };
  warnings?: string[];
  auditAnnotations?: Record<string, string>;
}

/** The second one's cases go below those of the first. */
const FILES = ["../cases/confinement.yaml", "../cases/more.yaml"].map((file) => new URL(file, import.meta.url));

export function confinementCases(): ConfinementCase[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- expand checks every key
  return expand(FILES.map((file) => readFileSync(file, "utf8")).join("\n")) as ConfinementCase[];
}

const BASE: PolicyBase = {
  namespace: "landlord",
  ownUser: LANDLORD,
  tenantLabels: ["landlord.dev/tenant", "toolkit.fluxcd.io/tenant"],
  platformNamespaces: new Set(),
  adminGroups: new Set(),
  adminUsers: new Set(),
  sharedSources: [],
  ruleIds: new Set(rules.map(({ id }) => id)),
};

/** A case's configuration is a policy as it stands. */
export function policyDocument(config: Record<string, unknown>): string {
  return JSON.stringify({ apiVersion: "landlord.dev/v1alpha1", kind: "ConfinementPolicy", spec: config });
}

export function casePolicy(config: Record<string, unknown>): Policy {
  const read = readPolicy(policyDocument(config), BASE);
  if ("faults" in read) throw new Error(read.faults.map(faultText).join("; "));
  return read.policy;
}

/** What an answer fails to be; nothing if it is as expected. `others` are the answers to other cases, by id. */
export function faultsOf(
  response: ReviewResponse,
  expect: Expectation,
  others: ReadonlyMap<string, ReviewResponse>,
): string[] {
  const { allowed, status, warnings = [], auditAnnotations = {} } = response;
  const message = status?.message ?? "";
  const causes = status?.details.causes ?? [];
  const found = (auditAnnotations["denied-by"] ?? "").split(",").filter((id) => id !== "");
  const has = (texts: readonly string[], words: string): boolean =>
    words.split("|").some((word) => texts.some((text) => text.toLowerCase().includes(word.toLowerCase())));
  const same = expect.sameMessageAs ?? expect.sameVerdictAs;
  const other = same === undefined ? undefined : others.get(same);
  const checks: [string, boolean][] = [
    [`allowed is ${allowed}`, (expect.allowed ?? allowed) === allowed],
    [`rules are ${found.join()}`, sorted(expect.rules ?? found) === sorted(found)],
    [`rules are only ${found.join()}`, (expect.rulesInclude ?? []).every((id) => found.includes(id))],
    [`rules are ${found.join()}`, (expect.rulesAnyOf ?? found).some((id) => found.includes(id)) || !expect.rulesAnyOf],
    [`there are ${causes.length} causes`, (expect.causes ?? causes.length) === causes.length],
    [`there are ${causes.length} causes`, (expect.maxCauses ?? causes.length) >= causes.length],
    ...(expect.fields ?? []).map((field): [string, boolean] => [
      `no cause at ${field}`,
      causes.some((cause) => cause.field === field),
    ]),
    [
      `warnings are ${warnings.join()}`,
      expect.warnings === undefined || expect.warnings.length > 0 || warnings.length === 0,
    ],
    ...(expect.warnings ?? []).map((words): [string, boolean] => [`no warning has ${words}`, has(warnings, words)]),
    ...(expect.messageIncludes ?? []).map((words): [string, boolean] => [
      `no ${words} in: ${message}`,
      has([message], words),
    ]),
    ...(expect.messageExcludes ?? []).map((words): [string, boolean] => [
      `${words} in: ${message}`,
      !has([message], words),
    ]),
    ["message is too long", Buffer.byteLength(message) <= (expect.messageMaxBytes ?? Number.POSITIVE_INFINITY)],
    ["no audit annotation", expect.audit !== true || Object.keys(auditAnnotations).length > 0],
    [`message differs from that of ${same}`, expect.sameMessageAs === undefined || other?.status?.message === message],
    [`verdict differs from that of ${same}`, same === undefined || other?.allowed === allowed],
  ];
  const faults = checks.filter(([, isMet]) => !isMet).map(([fault]) => fault);
  const ways = (expect.anyOf ?? []).map((way) => faultsOf(response, way, others));
  return [...faults, ...(ways.length > 0 && ways.every((way) => way.length > 0) ? ways.flat() : [])];
}

function sorted(ids: readonly string[]): string {
  return ids.toSorted().join();
}
