// Every confinement case that a real API server can carry: through kubectl, as the user of the case, with the real CRDs.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { type RunningLandlord, startLandlord } from "../../sandbox/landlord.ts";
import { isObject, own } from "../../webhooks/json.ts";
import { clusterOf } from "../helpers/cluster.ts";
import {
  type ConfinementCase,
  confinementCases,
  policyDocument,
  type ReviewRequest,
} from "../helpers/confinement-cases.ts";
import { eventually } from "../helpers/eventually.ts";
import { sandboxOrSkip, useSandbox } from "../helpers/sandbox.ts";

const OPTIONS = { crds: ["flux", "argocd"] } as const;
const { skip } = await sandboxOrSkip(OPTIONS);

/** Rules begin a sentence of the message: `K2 spec.targetNamespace is …. K4 spec.…`. */
const RULE = /(?:^|: |\. )([A-Z]\d{1,2}b?) [a-z]/g;
const ADMIN = ["--as=alice@example.com", "--as-group=platform-admins", "--as-group=system:authenticated"];

describe("confinement cases through kubectl", { skip }, () => {
  const world = useSandbox(OPTIONS);
  const cluster = clusterOf(() => world.sandbox);
  let landlord: RunningLandlord;
  let config: unknown;
  const served = new Set<string>();

  before(async () => {
    await cluster.namespace("landlord", {});
    await savePolicy(confinementCases()[0]?.config ?? {});
    landlord = await startLandlord(world.sandbox, { settings: { LANDLORD_POLICY_CONFIG_MAP: "policy" } });
    for (const name of ["flux-system", "argocd"]) await cluster.namespace(name, {});
    const tenants = { "tenant-a": "a", "tenant-b": "b", constructor: "constructor" };
    for (const [name, tenant] of Object.entries(tenants)) {
      await cluster.namespace(name, { "landlord.dev/tenant": tenant, "toolkit.fluxcd.io/tenant": tenant });
    }
    // Landlord alone decides: the API server lets everybody do everything
    const everything = ["--clusterrole=cluster-admin", "--group=system:authenticated"];
    const { code, stderr } = await kubectl(["create", "clusterrolebinding", "everything", ...everything]);
    assert.equal(code, 0, stderr);
    for (const line of (await kubectl(["api-resources", "--no-headers", "-o", "name"])).stdout.split("\n"))
      served.add(line);
  });

  const kubectl = (args: string[], input?: unknown) =>
    world.sandbox.kubectl(args, input === undefined ? {} : { input: JSON.stringify(input) });

  async function savePolicy(spec: Record<string, unknown>): Promise<void> {
    config = spec;
    const data = { "policy.yaml": policyDocument(spec) };
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "policy", namespace: "landlord" }, data };
    const { code, stderr } = await kubectl(["apply", "--server-side", "-f", "-"], object);
    assert.equal(code, 0, stderr);
  }

  async function usePolicy(spec: Record<string, unknown>): Promise<void> {
    if (isDeepStrictEqual(spec, config)) return;
    const loaded = async (): Promise<string> => {
      const { text } = await landlord.get("/metrics");
      return /^landlord_policy_loaded_timestamp_seconds (\S+)/m.exec(text)?.[1] ?? "";
    };
    const earlier = await loaded();
    await savePolicy(spec);
    await eventually("the policy is in force", async () => ((await loaded()) !== earlier ? true : undefined));
  }

  /** What kubectl says to a dry run of the request. */
  async function tried(request: ReviewRequest): Promise<{ code: number; stderr: string }> {
    const { operation, object, oldObject, userInfo, namespace = "", name = "", subResource } = request;
    const as = [`--as=${userInfo.username}`, ...(userInfo.groups ?? []).map((group) => `--as-group=${group}`)];
    const resource = `${request.resource.resource}.${request.resource.version}.${request.resource.group}`;
    const where = namespace === "" || request.kind.kind === "Namespace" ? [] : ["-n", namespace];
    const dry = ["--dry-run=server", ...as];
    if (operation === "CREATE") return await kubectl(["create", "-f", "-", ...dry], object);
    const isThere = request.kind.kind === "Namespace";
    if (!isThere) {
      const { code, stderr } = await kubectl(["create", "-f", "-", ...ADMIN], oldObject);
      assert.equal(code, 0, stderr);
    }
    try {
      if (operation === "DELETE") return await kubectl(["delete", resource, name, ...where, ...dry]);
      const change = JSON.stringify(mergePatch(oldObject, object));
      const sub = subResource === undefined ? [] : [`--subresource=${subResource}`];
      return await kubectl(["patch", resource, name, ...where, ...sub, "--type=merge", "-p", change, ...dry]);
    } finally {
      if (!isThere) await kubectl(["delete", resource, name, ...where, ...ADMIN, "--wait=false"]);
    }
  }

  function whyNot({ direct, review }: ConfinementCase): string | undefined {
    if (direct) return "the API server refuses it before admission";
    if (review === undefined) return "it is no review";
    const { group, resource } = review.request.resource;
    return served.has(group === "" ? resource : `${resource}.${group}`) ? undefined : `no CRD of ${resource} is here`;
  }

  let carried = 0;
  for (const one of confinementCases()) {
    it(`${one.id}: ${one.title}`, async (t) => {
      const reason = whyNot(one);
      if (reason !== undefined || one.review === undefined) return t.diagnostic(`not carried: ${reason}`);
      if (isVersionGone(one.review.request)) return t.diagnostic("not carried: the CRD does not serve that version");
      carried++;
      await usePolicy(one.config);
      const { namespace = "", kind } = one.review.request;
      if (kind.kind !== "Namespace" && !(await cluster.get(`/api/v1/namespaces/${namespace}`))) {
        await cluster.namespace(namespace, {});
      }
      const { code, stderr } = await tried(one.review.request);
      assert.equal(code === 0, one.expect.allowed, stderr);
      const message = stderr.split("\n").find((line) => !line.startsWith("Warning:")) ?? "";
      const found = new Set([...message.matchAll(RULE)].map(([, id]) => id));
      if (one.expect.rules !== undefined) assert.deepEqual(found, new Set(one.expect.rules), stderr);
      for (const words of one.expect.warnings ?? []) {
        const warned = stderr.split("\n").filter((line) => line.startsWith("Warning:"));
        assert.ok(
          words.split("|").some((word) => warned.some((line) => line.includes(word))),
          stderr,
        );
      }
    });
  }

  it("nearly all could be carried", () => {
    assert.ok(carried >= confinementCases().length - 10, `${carried} carried`);
  });
});

/** Flux 2.8 has taken the beta versions of Kustomization out of its CRD. */
function isVersionGone({ resource }: ReviewRequest): boolean {
  return resource.group === "kustomize.toolkit.fluxcd.io" && resource.version !== "v1";
}

/** RFC 7386: what makes the second out of the first. */
function mergePatch(from: unknown, to: unknown): unknown {
  if (!isObject(from) || !isObject(to)) return to;
  const keys = new Set([...Object.keys(from), ...Object.keys(to)]);
  const changed = [...keys].filter((key) => !isDeepStrictEqual(own(from, key), own(to, key)));
  return Object.fromEntries(
    changed.map((key) => [key, Object.hasOwn(to, key) ? mergePatch(own(from, key), own(to, key)) : null]),
  );
}
