// The bound mode: tokens that end, many namespaces at once, and the change from one mode to the other.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { startLandlord } from "../../sandbox/landlord.ts";
import { tokenClaims } from "../../src/model/jwt.ts";
import type { Secret } from "../../src/model/kube-object.ts";
import { clusterOf, decoded } from "../helpers/cluster.ts";
import { eventually } from "../helpers/eventually.ts";
import { sandboxOrSkip, useSandbox } from "../helpers/sandbox.ts";

const { skip } = await sandboxOrSkip();
const BOUND = { LANDLORD_TOKEN_MODE: "bound", LANDLORD_TOKEN_LIFETIME: "1h" };
const MANY = 100;

describe("bound tokens", { skip }, () => {
  const world = useSandbox();
  const cluster = clusterOf(() => world.sandbox);
  const secretOf = (namespace: string) =>
    cluster.get<Secret>(`/api/v1/namespaces/${namespace}/secrets/${namespace}-token`);

  it("keeps a token that ends in an Opaque Secret, with CA and namespace", async () => {
    const landlord = await startLandlord(world.sandbox, { settings: BOUND });
    await cluster.namespace("team-a");
    await cluster.ready("team-a");
    const secret = await secretOf("team-a");
    assert.equal(secret?.type, "Opaque");
    assert.equal(decoded(secret?.data?.["ca.crt"]), world.sandbox.ca);
    assert.equal(decoded(secret?.data?.["namespace"]), "team-a");
    const token = decoded(secret?.data?.["token"]);
    const claims = tokenClaims(token) ?? assert.fail("no claims");
    assert.equal(claims.expiresAt - claims.issuedAt, 3_600);
    const { stdout } = await world.sandbox.kubectl(["auth", "whoami", "-o", "jsonpath={.status.userInfo.username}"], {
      kubeconfig: world.sandbox.kubeconfig({ token }),
    });
    assert.equal(stdout, "system:serviceaccount:team-a:team-a");
    await landlord.stop();
  });

  it("renews on start a token that is no good any more, and keeps one that is", async () => {
    const good = await secretOf("team-a");
    await cluster.patch("/api/v1/namespaces/team-a", { metadata: { annotations: { untouched: "yes" } } });
    let landlord = await startLandlord(world.sandbox, { settings: BOUND });
    await eventually("it was looked at", async () =>
      /reconciles_total\{queue="initializer",outcome="done"\} [1-9]/.test((await landlord.get("/metrics")).text),
    );
    assert.equal((await secretOf("team-a"))?.data?.["token"], good?.data?.["token"]);
    await landlord.stop();

    await cluster.patch("/api/v1/namespaces/team-a/secrets/team-a-token", {
      data: { token: Buffer.from("spoiled").toString("base64") },
    });
    landlord = await startLandlord(world.sandbox, { settings: BOUND });
    await eventually("there is a token again", async () =>
      tokenClaims(decoded((await secretOf("team-a"))?.data?.["token"])),
    );
    await landlord.stop();
  });

  it("replaces the Secret when the mode is changed", async () => {
    const landlord = await startLandlord(world.sandbox, { settings: { LANDLORD_TOKEN_MODE: "legacy" } });
    await eventually("the type is another", async () => {
      const secret = await secretOf("team-a");
      return secret?.type === "kubernetes.io/service-account-token" && secret.data?.["token"];
    });
    await landlord.stop();
  });

  it("sets up many namespaces that are there when it starts, none failing", async () => {
    await Promise.all(Array.from({ length: MANY }, (_, index) => cluster.namespace(`many-${index}`)));
    const landlord = await startLandlord(world.sandbox, { settings: BOUND });
    await eventually(
      `all ${MANY} are ready`,
      async () => {
        const ready = /landlord_tenant_namespaces\{state="ready"\} (\d+)/.exec(
          (await landlord.get("/metrics")).text,
        )?.[1];
        return Number(ready) >= MANY;
      },
      60_000,
    );
    const { text } = await landlord.get("/metrics");
    assert.doesNotMatch(text, /landlord_reconciles_total\{queue="initializer",outcome="failed"\} [1-9]/);
    const secrets = await cluster.list<Secret>("/api/v1/secrets?labelSelector=app.kubernetes.io/managed-by=landlord");
    assert.equal(secrets.filter(({ metadata }) => metadata.namespace?.startsWith("many-")).length, MANY);
    await landlord.stop();
  });
});
