// A cluster's daily creates as load: what tenants may make, what they may not, and what no webhook may stop. Counts what came of them.
import { Agent } from "undici";
import { openLoop } from "../../sandbox/open-loop.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { TENANT_LABELS } from "./cluster.ts";
import { kustomization } from "./kustomizations.ts";

/** Of a tenant, in whose namespace all of it happens. */
export const TENANT = "team-a";
/** A tenant's namespace that never gets ready: Pods in it are gated. */
export const WAITING = "team-w";

/** `Fail` and `Ignore`: the failure policy of what is called for it. `denied`: of Fail, and the answer must be no. */
export type Sort = "Fail" | "Ignore" | "denied";

export interface Outcome {
  sort: Sort;
  /** `kind namespace/name` */
  what: string;
  status: number;
  text: string;
}

export interface Tally {
  outcomes: Outcome[];
  /** Names of the tenants' namespaces and of the Pods that were made. */
  namespaces: string[];
  pods: string[];
}

export interface Creates {
  /** At 200 a second; each name is used once. */
  run(load: { seconds: number; signal?: AbortSignal }): Promise<Tally>;
  close(): Promise<void>;
}

const PER_SECOND = 200;

interface Create {
  sort: Sort;
  path: string;
  body: { kind: string; metadata: { name: string; namespace?: string; labels?: object } };
  user?: string;
}

export function createsOn(sandbox: Sandbox): Creates {
  const agent = new Agent({ allowH2: false, connections: 32, connect: { ca: sandbox.ca } });
  let runs = 0;

  async function send({ sort, path, body, user }: Create): Promise<Outcome> {
    const { kind, metadata } = body;
    const what = `${kind} ${metadata.namespace ?? ""}/${metadata.name}`;
    const headers = {
      authorization: `Bearer ${sandbox.adminToken}`,
      "content-type": "application/json",
      ...(user === undefined ? {} : impersonating(user)),
    };
    try {
      const answer = await agent.request({
        origin: sandbox.server,
        path,
        method: "POST",
        headers,
        body: JSON.stringify(body),
      });
      return { sort, what, status: answer.statusCode, text: await answer.body.text() };
    } catch (error) {
      return { sort, what, status: 0, text: String(error) };
    }
  }

  return {
    async run({ seconds, signal }) {
      const run = `r${runs++}`;
      const rate = { perSecond: PER_SECOND, seconds, ...(signal === undefined ? {} : { signal }) };
      const outcomes = await openLoop((index) => send(createOf(run, index)), rate);
      const made = (kind: string): string[] =>
        outcomes
          .filter(({ what, status }) => status === 201 && what.startsWith(`${kind} `))
          .map(({ what }) => what.split("/")[1] ?? "");
      return { outcomes, namespaces: made("Namespace"), pods: made("Pod") };
    },
    close: () => agent.close(),
  };
}

/** Of 40 in a row: 20 that a tenant may make, 8 that it may not, 10 RoleBindings, a Pod and a tenant's namespace. */
function createOf(run: string, index: number): Create {
  const name = `${run}-${index}`;
  const place = index % 40;
  if (place % 2 === 0) return tenants("Fail", name, TENANT);
  if (place % 5 === 0 || place % 10 === 3) return tenants("denied", name, "default");
  if (place === 39) return namespace(name);
  return place === 7 ? pod(name) : roleBinding(name);
}

function tenants(sort: Sort, name: string, targetNamespace: string): Create {
  const sourceRef = { kind: "GitRepository", name: "app" };
  const body = kustomization(TENANT, name, { serviceAccountName: TENANT, targetNamespace, sourceRef });
  return {
    sort,
    path: `/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/${TENANT}/kustomizations`,
    body: body as Create["body"],
    user: `system:serviceaccount:${TENANT}:${TENANT}`,
  };
}

const namespace = (name: string): Create => ({
  sort: "Ignore",
  path: "/api/v1/namespaces",
  body: { kind: "Namespace", metadata: { name, labels: TENANT_LABELS } },
});

function pod(name: string): Create {
  const spec = {
    automountServiceAccountToken: false,
    containers: [{ name: "app", image: "registry.example/app" }],
  };
  const body = { kind: "Pod", metadata: { name, namespace: WAITING }, spec };
  return { sort: "Ignore", path: `/api/v1/namespaces/${WAITING}/pods`, body };
}

function roleBinding(name: string): Create {
  const body = {
    kind: "RoleBinding",
    metadata: { name, namespace: TENANT },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" },
    subjects: [{ kind: "ServiceAccount", name: "nobody", namespace: TENANT }],
  };
  return { sort: "Ignore", path: `/apis/rbac.authorization.k8s.io/v1/namespaces/${TENANT}/rolebindings`, body };
}

function impersonating(user: string): Record<string, string | string[]> {
  const groups = ["system:serviceaccounts", `system:serviceaccounts:${TENANT}`, "system:authenticated"];
  return { "impersonate-user": user, "impersonate-group": groups };
}

/** Those that did not get the answer that they would have got from a cluster where nothing is wrong. */
export const failed = (outcomes: readonly Outcome[]): Outcome[] =>
  outcomes.filter((outcome) => (outcome.sort === "denied" ? !isDenied(outcome) : outcome.status !== 201));

/** Denied by the rule, and said so. */
const isDenied = ({ status, text }: Outcome): boolean =>
  status === 403 && text.includes('admission webhook \\"flux.landlord.dev\\" denied the request') && /K\d+/.test(text);

/** What should have been denied and got in. */
export const letIn = (outcomes: readonly Outcome[]): Outcome[] =>
  outcomes.filter(({ sort, status }) => sort === "denied" && status < 300);
