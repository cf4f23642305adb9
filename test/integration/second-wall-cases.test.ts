// The confinement cases of the rules that are in the second wall, with Landlord away: the same verdicts.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { AdmissionRequest } from "../../webhooks/admission.ts";
import { own } from "../../webhooks/json.ts";
import { wallRuleIds } from "../../webhooks/second-wall/index.ts";
import { clusterOf } from "../helpers/cluster.ts";
import {
  type ConfinementCase,
  casePolicy,
  confinementCases,
  type ReviewRequest,
} from "../helpers/confinement-cases.ts";
import { sandboxOrSkip, useSandbox } from "../helpers/sandbox.ts";
import { type RaisedWall, raiseWall } from "../helpers/second-wall.ts";

const OPTIONS = { crds: ["flux", "argocd"], controllerManager: false } as const;
const { skip } = await sandboxOrSkip(OPTIONS);

/** An operation that hides a foreign repository in the status: the wall has no list of repositories. */
const BEYOND = new Set(["m4"]);
/** Cases by the configuration that they share. */
const groups = new Map<string, ConfinementCase[]>();
for (const one of confinementCases().filter(({ id }) => !BEYOND.has(id))) {
  const key = JSON.stringify(one.config);
  groups.set(key, [...(groups.get(key) ?? []), one]);
}

describe("confinement cases before the second wall", { skip }, () => {
  const world = useSandbox(OPTIONS);
  const cluster = clusterOf(() => world.sandbox);
  let carried = 0;

  before(async () => {
    const tenants = { "tenant-a": "a", "tenant-b": "b", constructor: "constructor" };
    for (const [name, tenant] of Object.entries(tenants)) {
      await cluster.namespace(name, { "landlord.dev/tenant": tenant, "toolkit.fluxcd.io/tenant": tenant });
    }
    for (const name of ["flux-system", "argocd"]) await cluster.namespace(name, {});
    const everything = ["--clusterrole=cluster-admin", "--group=system:authenticated"];
    const { code, stderr } = await world.sandbox.kubectl(["create", "clusterrolebinding", "everything", ...everything]);
    assert.equal(code, 0, stderr);
  });

  for (const cases of groups.values()) {
    const [first] = cases;
    if (first === undefined) continue;
    const policy = casePolicy(first.config);
    const inside = wallRuleIds({ policy });
    describe(`configured as in ${first.id}`, () => {
      let wall: RaisedWall;
      before(async () => {
        wall = await raiseWall(world.sandbox, policy);
      });

      for (const one of cases) {
        it(`${one.id}: ${one.title}`, async (t) => {
          const reason = await whyNot(one, inside);
          if (reason !== undefined || one.review === undefined) return t.diagnostic(`not carried: ${reason}`);
          carried++;
          await provide(one.review.request);
          const said = await wall.ask(requestOf(one.review.request));
          assert.equal(said.allowed, one.expect.allowed, said.message);
          if (one.expect.rules !== undefined) assert.deepEqual(said.ids, one.expect.rules.toSorted());
        });
      }
    });
  }

  async function whyNot(
    { direct, review, expect, config }: ConfinementCase,
    inside: readonly string[],
  ): Promise<string | undefined> {
    if (direct || review === undefined) return "the API server refuses it before admission";
    if (review.request.operation === "DELETE") return "the wall is not asked";
    const outside = (expect.rules ?? expect.rulesInclude ?? []).filter((id) => !inside.includes(id));
    if (inside.includes("R1") && expect.rules?.includes("R1") === true && hasResourceSets(config))
      return "R1 is there in part";
    if (outside.length > 0) return `${outside.join()} is the webhook's alone`;
    const { group, version, resource } = review.request.resource;
    const root = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
    return (await world.sandbox.api.has(`${root}/${resource}?limit=1`))
      ? undefined
      : `no ${resource} ${version} is served`;
  }

  /** The namespace that the object is to be in, unless it is one itself. */
  async function provide({ kind, namespace = "" }: ReviewRequest): Promise<void> {
    const isThere = kind.kind === "Namespace" || (await world.sandbox.api.has(`/api/v1/namespaces/${namespace}`));
    if (!isThere) await cluster.namespace(namespace, {});
  }

  it("most could be carried", () => {
    assert.ok(carried >= 55, `${carried} carried`);
  });
});

function requestOf(request: ReviewRequest): AdmissionRequest {
  const {
    uid,
    kind,
    resource,
    subResource = "",
    name = "",
    namespace = "",
    operation,
    userInfo,
    object,
    oldObject,
  } = request;
  const user = { username: userInfo.username ?? "", groups: userInfo.groups ?? [] };
  const objects = { ...(object === null ? {} : { object }), ...(oldObject === null ? {} : { oldObject }) };
  return { uid, kind, resource, subResource, name, namespace, operation, user, ...objects, dryRun: true };
}

const hasResourceSets = (config: Record<string, unknown>): boolean => own(config["resourceSets"], "enabled") === true;
