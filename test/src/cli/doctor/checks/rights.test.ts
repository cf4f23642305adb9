import assert from "node:assert/strict";
import { test } from "node:test";
import type { Cluster } from "../../../../../src/cli/doctor/check.ts";
import { rights } from "../../../../../src/cli/doctor/checks/rights.ts";
import { found, patient } from "../../../../helpers/doctor.ts";
import { kubeError } from "../../../../helpers/kube-fake.ts";

interface Attributes {
  verb: string;
  resource: string;
  subresource?: string;
  name?: string;
  namespace?: string;
}

const allowing = (may: (attributes: Attributes) => boolean): Pick<Cluster, "ask"> => ({
  ask: (async (_kind: unknown, review: { spec?: { resourceAttributes: Attributes } }) => ({
    status: { allowed: review.spec === undefined || may(review.spec.resourceAttributes) },
  })) as unknown as Cluster["ask"],
});

test("asks for every verb on every resource of both roles", async () => {
  const asked: Attributes[] = [];
  const context = patient().having(allowing((attributes) => asked.push(attributes) > 0));
  const [line = ""] = await found(rights, context);
  assert.match(line, /^ok: .* may do all of the \d+ things that it needs$/);
  const named = asked.map(({ verb, resource, subresource = "", name = "", namespace = "" }) =>
    [verb, resource, subresource, name, namespace].join(" "),
  );
  for (const one of [
    "patch namespaces status  ",
    "bind clusterroles  landlord-tenant ",
    "get leases  landlord-survey landlord",
  ]) {
    assert.ok(named.includes(one), one);
  }
  assert.equal(new Set(named).size, named.length);
});

test("says what is missing once for each rule, and which file has it", async () => {
  const context = patient().having(
    allowing(
      ({ verb, resource, namespace }) =>
        resource !== "pods" && !(resource === "leases" && verb === "update" && namespace === "landlord"),
    ),
  );
  assert.deepEqual(await found(rights, context), [
    "problem: system:serviceaccount:landlord:landlord may not list, watch, patch pods -> kubectl apply --server-side --force-conflicts -f manifests/base/cluster-role.yaml",
    "problem: system:serviceaccount:landlord:landlord may not update leases of coordination.k8s.io called landlord, landlord-survey in landlord -> kubectl apply --server-side --force-conflicts -f manifests/base/role.yaml",
  ]);
});

test("does not ask for the right to renew a certificate that somebody else renews", async () => {
  const lacking = allowing(({ resource, verb }) => !(resource === "secrets" && verb === "update"));
  const holding = (...keys: string[]) => {
    const data = Object.fromEntries(keys.map((key) => [key, ""]));
    return patient().having({ ...lacking, get: (async () => ({ data })) as unknown as Cluster["get"] });
  };
  const first = async (context: ReturnType<typeof holding>) => (await found(rights, context))[0] ?? "";
  assert.match(await first(holding("tls.crt", "tls.key", "ca.crt")), /^ok/);
  assert.match(await first(holding("tls.crt", "tls.key", "ca.crt", "ca.key")), /^problem.*update secrets/);
  assert.match(await first(patient().having(lacking)), /^problem.*update secrets/);
});

test("leaves it to the examination to say that it may not ask", async () => {
  const ask = () => Promise.reject(kubeError(403, "Forbidden"));
  await assert.rejects(async () => rights.check(patient().having({ ask })), /Forbidden/);
});
