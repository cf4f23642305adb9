// What the second wall is asked: policies, and under each of them the requests of test/cases/second-wall.yaml with the rules that deny them.
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { Policy } from "../../webhooks/policy.ts";
import { ADMIN, KUSTOMIZE_CONTROLLER, SOURCE_CONTROLLER, TENANT, type WallCase } from "./wall-cases.ts";

export interface WallSuite {
  title: string;
  policy: Partial<Policy>;
  cases: readonly WallCase[];
}

/** A case as it is written. */
interface Written extends Omit<WallCase, "user"> {
  without?: string[];
  fromWithout?: string[];
  user?: keyof typeof USERS;
}

const USERS = {
  tenant: TENANT,
  admin: ADMIN,
  "kustomize-controller": KUSTOMIZE_CONTROLLER,
  "source-controller": SOURCE_CONTROLLER,
};
const FILE = new URL("../cases/second-wall.yaml", import.meta.url);
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the suites use every part of it
const WRITTEN = parse(readFileSync(FILE, "utf8")) as Record<string, Written[]>;

function casesOf(suite: string): WallCase[] {
  return (WRITTEN[suite] ?? []).map(({ without = [], fromWithout = [], user = "tenant", change, from, ...one }) => {
    const taken = (pointers: string[]) => Object.fromEntries(pointers.map((pointer) => [pointer, undefined]));
    const old = from === undefined ? {} : { from: { ...from, ...taken(fromWithout) } };
    return { ...one, user: USERS[user], change: { ...change, ...taken(without) }, ...old };
  });
}

/** As much as there may be, and one more. */
const numerous: readonly WallCase[] = [
  { title: "as many dependencies as there may be", base: "Kustomization", change: { "/spec/dependsOn": named(50) } },
  { title: "too many dependencies", base: "Kustomization", change: { "/spec/dependsOn": named(51) }, denied: ["K14"] },
  { title: "too many patches", base: "Kustomization", change: { "/spec/patches": patches(101) }, denied: ["K14"] },
];

function named(count: number): object[] {
  return Array.from({ length: count }, (_, index) => ({ name: `d${index}` }));
}

function patches(count: number): object[] {
  return Array.from({ length: count }, () => ({ patch: "- op: test\n  path: /x\n" }));
}

const APP = { namespace: "tenant-a", kind: "Kustomization", name: "app" };

export const SUITES: readonly WallSuite[] = [
  { title: "strict", policy: {}, cases: [...casesOf("strict"), ...numerous] },
  {
    title: "baseline",
    policy: { profile: "baseline", defaultServiceAccount: "default" },
    cases: casesOf("baseline"),
  },
  {
    title: "with everything declared",
    policy: {
      tenants: new Map([
        ["tenant-a", "a"],
        ["tenant-a-too", "a"],
        ["tenant-b", 'b"} || true || {"'],
      ]),
      tenantsBeingDeleted: new Set(["tenant-b"]),
      tenantNamespaceSets: true,
      serviceAccounts: new Map([["tenant-a", ["deployer"]]]),
      sharedSources: [{ kind: "GitRepository", name: "default", namespace: "flux-system" }],
      allowExternalArtifact: true,
      allowedKubeConfigSecrets: new Map([["tenant-a", ["kc"]]]),
      allowedShards: new Map([["tenant-a", ["s1"]]]),
      resourceSets: { enabled: true },
      applicationSets: { enabled: true, generators: ["list"] },
    },
    cases: casesOf("declared"),
  },
  {
    title: "with exceptions and rules that only warn",
    policy: {
      exceptions: [
        { ...APP, field: "spec.targetNamespace", value: "kube-system" },
        { ...APP, field: "spec.dependsOn[1].namespace", value: "flux-system", rule: "K5" },
        { ...APP, kind: "HelmRelease", field: "spec.targetNamespace", value: "kube-system", expiry: 1 },
      ],
      warnOnly: [{ namespaces: ["tenant-b"], rules: new Set(["K4"]) }],
      profiles: [{ matchLabels: new Map([["landlord.dev/tier", "trial"]]), profile: "baseline" }],
    },
    cases: casesOf("lenient"),
  },
];
