import { operation } from "../../../../webhooks/validating/argocd/operation.ts";
import { ADMIN_USER, urlEntries } from "../../../helpers/admission.ts";
import { BASELINE, type Given, NO_OBJECTS, rowsFor, testRule } from "../../../helpers/rule-table.ts";

testRule(operation, "Application", {
  allowed: [
    ["no operation", {}],
    ["an operation that is null", { operation: null }],
    ["an operation", { operation: { initiatedBy: { username: "x" }, sync: { prune: true } } }],
    ["a sync that is null", { operation: { sync: null } }],
    ["a status, which nobody reads here", { status: "x" }],
  ],
  denied: [
    ...rowsFor(
      NO_OBJECTS,
      (value) => ({ operation: value }),
      (what) => `${what} as operation`,
      "operation",
    ),
    ...rowsFor(
      NO_OBJECTS,
      (value) => ({ operation: { sync: value } }),
      (what) => `${what} as sync`,
      "operation.sync",
    ),
    ...rowsFor(
      NO_OBJECTS,
      (value) => ({ operation: { sync: value }, ...BASELINE }),
      (what) => `${what} as sync in baseline`,
      "operation.sync",
    ),
  ],
});

const APP = { repoURL: "https://github.com/org/app", path: "deploy" };
const EVIL = { repoURL: "https://git.example.net/x", path: "deploy" };
const STATE = "status.operationState";
const SYNC = `${STATE}.operation.sync`;
const state = (operationState: unknown, rest: Given = {}): Given => ({ status: { operationState }, ...rest });
const runs = (sync: unknown, rest?: Given): Given => state({ operation: { sync } }, rest);
const got = (syncResult: unknown, rest?: Given): Given => state({ syncResult }, rest);
const before = (operationState: unknown): Given => ({
  request: { operation: "UPDATE", oldObject: { metadata: {}, status: { operationState } } },
});
const ARGO = {
  request: { user: { username: "system:serviceaccount:argocd:argocd-application-controller", groups: [] } },
};
const UPDATED = { operation: "UPDATE" as const, oldObject: { metadata: {} } };
const EVIL_SYNC = { source: EVIL, manifests: ["{}"], syncOptions: ["CreateNamespace=true"] };

testRule(operation, "Application", {
  allowed: [
    ["a state that is null", state(null)],
    ["a state that runs what is allowed", runs({ source: APP, sources: [APP], syncOptions: ["Prune=true"] })],
    ["a result of what is allowed, or of no source", got({ revision: "x", source: APP })],
    ["a result without repository", got({ source: { path: "x" } })],
    ["what Argo CD's controller writes", runs(EVIL_SYNC, ARGO)],
    ["what a platform admin writes", runs(EVIL_SYNC, { request: { user: ADMIN_USER } })],
    ["what was there before", runs(EVIL_SYNC, before({ operation: { sync: EVIL_SYNC } }))],
    [
      "an operation that Argo CD's controller begins when the one before is over",
      state(
        { phase: "Succeeded", operation: { sync: EVIL_SYNC } },
        { operation: {}, request: { ...UPDATED, ...ARGO.request } },
      ),
    ],
    [
      "an operation that was there before, and one that is taken off",
      runs(EVIL_SYNC, {
        request: { ...ARGO.request, operation: "UPDATE", oldObject: { metadata: {}, operation: {} } },
      }),
    ],
    [
      "an allowed chart's registry",
      runs(
        { source: { repoURL: "ghcr.io/org", chart: "x" } },
        { policy: { allowedRepos: urlEntries("oci://ghcr.io/org/") } },
      ),
    ],
  ],
  denied: [
    [
      "a tenant's state that runs what is not allowed",
      runs(EVIL_SYNC),
      `${SYNC}.source.repoURL`,
      `${SYNC}.manifests`,
      `${SYNC}.syncOptions[0]`,
    ],
    [
      "a state that was another before",
      runs({ source: EVIL }, before({ operation: { sync: { source: APP } } })),
      `${SYNC}.source.repoURL`,
    ],
    ["a state that was none before", runs({ source: EVIL }, before(undefined)), `${SYNC}.source.repoURL`],
    [
      "each of several sources",
      runs({ sources: [APP, EVIL, EVIL] }),
      `${SYNC}.sources[1].repoURL`,
      `${SYNC}.sources[2].repoURL`,
    ],
    [
      "a result of another repository",
      got({ source: EVIL, sources: [EVIL] }),
      `${STATE}.syncResult.source.repoURL`,
      `${STATE}.syncResult.sources[0].repoURL`,
    ],
    [
      "a state that Argo CD's controller makes with an operation: somebody else wrote both",
      runs(EVIL_SYNC, { operation: { sync: {} }, ...ARGO }),
      `${SYNC}.source.repoURL`,
      `${SYNC}.manifests`,
      `${SYNC}.syncOptions[0]`,
    ],
    [
      "a state of before that an operation takes up, whoever begins it",
      state(
        { phase: "Running", operation: { sync: { source: EVIL } } },
        { operation: { sync: {} }, request: { ...UPDATED, ...ARGO.request } },
      ),
      `${SYNC}.source.repoURL`,
    ],
    ["a source that says no repository", runs({ source: { path: "x" } }), `${SYNC}.source.repoURL`],
    ["all that is wrong", { operation: "x", ...runs({ source: EVIL }) }, "operation", `${SYNC}.source.repoURL`],
  ],
  warned: [
    [
      "a state that makes a namespace, in baseline",
      runs({ syncOptions: ["CreateNamespace=true"] }, BASELINE),
      `${SYNC}.syncOptions[0]`,
    ],
  ],
});
