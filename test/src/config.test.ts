import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ConfigError, environment, loadConfig } from "../../src/config.ts";

function mistakesOf(env: Record<string, string>): readonly string[] {
  try {
    loadConfig(env);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.mistakes;
  }
  return assert.fail("no mistake was found");
}

describe("loadConfig", () => {
  it("is complete without any setting", () => {
    const config = loadConfig({});
    assert.deepEqual([...config.roles], ["webhooks", "generator", "initializer"]);
    assert.equal(config.webhookPort, 8443);
    assert.equal(config.healthPort, 8080);
    assert.equal(config.ownUser, "system:serviceaccount:landlord:landlord");
    assert.deepEqual(config.tenantLabels, ["landlord.dev/tenant"]);
    assert.deepEqual(config.certificateNames, ["landlord.landlord.svc", "landlord.landlord.svc.cluster.local"]);
    assert.equal(config.tokenMode, "legacy");
    assert.equal(config.tokenLifetimeSeconds, 86_400);
    assert.equal(config.inCluster, undefined);
    assert.ok(Object.isFrozen(config));
  });

  it("reads every kind of value", () => {
    const config = loadConfig({
      LANDLORD_ROLES: "initializer",
      LANDLORD_NAMESPACE: "tenancy",
      LANDLORD_TENANT_LABEL_ALIASES: "toolkit.fluxcd.io/tenant, example.com/owner",
      LANDLORD_SHARED_SOURCES: "GitRepository/flux-system/default",
      LANDLORD_TOKEN_WAIT: "1500ms",
      LANDLORD_TOKEN_LIFETIME: "7d",
      LANDLORD_CONCURRENCY: "3",
      KUBERNETES_SERVICE_HOST: "10.0.0.1",
      KUBERNETES_SERVICE_PORT: "6443",
    });
    assert.deepEqual([...config.roles], ["initializer"]);
    assert.ok(config.platformNamespaces.has("tenancy"));
    assert.deepEqual(config.certificateNames, ["landlord.tenancy.svc", "landlord.tenancy.svc.cluster.local"]);
    assert.deepEqual(config.tenantLabels, ["landlord.dev/tenant", "toolkit.fluxcd.io/tenant", "example.com/owner"]);
    assert.deepEqual(config.sharedSources, [{ kind: "GitRepository", namespace: "flux-system", name: "default" }]);
    assert.equal(config.tokenWaitMs, 1_500);
    assert.equal(config.tokenLifetimeSeconds, 604_800);
    assert.equal(config.concurrency, 3);
    assert.deepEqual(config.inCluster, { host: "10.0.0.1", port: "6443" });
  });

  it("drains for at most half of the time that a stop has", () => {
    assert.equal(loadConfig({}).drainMs, 5_000);
    assert.equal(loadConfig({ LANDLORD_SHUTDOWN_TIMEOUT: "6s" }).drainMs, 3_000);
    assert.equal(loadConfig({ LANDLORD_SHUTDOWN_DRAIN: "0" }).drainMs, 0);
  });

  it("takes an empty variable as one that is not set", () => {
    assert.equal(loadConfig({ LANDLORD_WEBHOOK_PORT: "" }).webhookPort, 8443);
  });

  it("takes the policy from a file or from a ConfigMap, not from both", () => {
    assert.equal(loadConfig({}).policySource, undefined);
    assert.deepEqual(loadConfig({ LANDLORD_POLICY_FILE: "/policy.yaml" }).policySource, { path: "/policy.yaml" });
    const configMap = { LANDLORD_POLICY_CONFIG_MAP: "landlord-policy" };
    assert.deepEqual(loadConfig(configMap).policySource, { configMap: "landlord-policy" });
    assert.match(mistakesOf({ ...configMap, LANDLORD_POLICY_FILE: "/policy.yaml" })[0] ?? "", /both set/);
  });

  it("lists every mistake at once, with name, value and what is allowed", () => {
    const mistakes = mistakesOf({
      LANDLORD_ROLES: "webhoks",
      LANDLORD_WEBHOOK_PORT: "70000",
      LANDLORD_TOKEN_WAIT: "soon",
    });
    assert.deepEqual(mistakes, [
      'LANDLORD_ROLES is "webhoks": must be one of webhooks, generator, initializer',
      'LANDLORD_WEBHOOK_PORT is "70000": must be a whole number from 0 to 65535',
      'LANDLORD_TOKEN_WAIT is "soon": must be a duration such as 500ms, 30s, 5m, 24h or 7d, from 1s to 3600s',
    ]);
  });

  const wrong: [string, string][] = [
    ["LANDLORD_ROLES", ","],
    ["LANDLORD_NAMESPACE", "Landlord"],
    ["LANDLORD_SERVICE_ACCOUNT", "a/b"],
    ["LANDLORD_LOG_LEVEL", "loud"],
    ["LANDLORD_HEALTH_PORT", "-1"],
    ["LANDLORD_HEALTH_PORT", "8080.5"],
    ["LANDLORD_HEALTH_PORT", "0x50"],
    ["LANDLORD_CERTIFICATE_NAMES", "127.0.0.1,host:8443"],
    ["LANDLORD_TENANT_LABEL_ALIASES", "not a key"],
    ["LANDLORD_PLATFORM_NAMESPACES", "kube-system,*"],
    ["LANDLORD_SHARED_SOURCES", "flux-system/default"],
    ["LANDLORD_CLUSTER_ROLE", "*"],
    ["LANDLORD_ALLOWED_CLUSTER_ROLES", "landlord-tenant,*"],
    ["LANDLORD_TOKEN_MODE", "eternal"],
    ["LANDLORD_TOKEN_LIFETIME", "599s"],
    ["LANDLORD_TOKEN_LIFETIME", "30"],
    ["LANDLORD_CONCURRENCY", "0"],
    ["LANDLORD_SHUTDOWN_TIMEOUT", "1d"],
    ["LANDLORD_IDENTITY", "x".repeat(300)],
  ];
  for (const [name, value] of wrong) {
    it(`refuses ${name}=${value.slice(0, 20)}`, () => {
      const mistakes = mistakesOf({ [name]: value });
      assert.ok(
        mistakes.some((line) => line.startsWith(`${name} is "`)),
        mistakes.join("; "),
      );
      assert.ok(mistakes.every((line) => line.length < 300));
    });
  }

  it("refuses a ClusterRole that is not on the list of those that may be bound", () => {
    const [mistake] = mistakesOf({ LANDLORD_CLUSTER_ROLE: "cluster-admin" });
    assert.equal(
      mistake,
      'LANDLORD_CLUSTER_ROLE is "cluster-admin": must be one of LANDLORD_ALLOWED_CLUSTER_ROLES (landlord-tenant)',
    );
    assert.equal(mistakesOf({ LANDLORD_CLUSTER_ROLE: "cluster-admin", LANDLORD_CONCURRENCY: "0" }).length, 2);
    const both = {
      LANDLORD_CLUSTER_ROLE: "flux-tenant",
      LANDLORD_ALLOWED_CLUSTER_ROLES: "landlord-tenant,flux-tenant",
    };
    assert.equal(loadConfig(both).clusterRole, "flux-tenant");
  });

  it("refuses an authority that lives too short a time for its leaves", () => {
    const mistakes = mistakesOf({
      LANDLORD_CERTIFICATE_LIFETIME: "10d",
      LANDLORD_CERTIFICATE_AUTHORITY_LIFETIME: "29d",
    });
    assert.match(mistakes[0] ?? "", /^LANDLORD_CERTIFICATE_AUTHORITY_LIFETIME is less than three times/);
    const { certificateLives } = loadConfig({});
    assert.deepEqual(certificateLives, { leafMs: 7 * 86_400_000, authorityMs: 365 * 86_400_000 });
  });

  it("refuses a setting that does not exist, for it is a typing mistake", () => {
    assert.match(mistakesOf({ LANDLORD_WEBHOK_PORT: "1" })[0] ?? "", /^LANDLORD_WEBHOK_PORT is not a setting/);
  });

  it("lets through what kubelet and the tools around the service set", () => {
    const pod = {
      KUBERNETES_SERVICE_HOST: "10.0.0.1",
      LANDLORD_SERVICE_HOST: "10.0.0.9",
      LANDLORD_PORT_443_TCP_ADDR: "10.0.0.9",
    };
    assert.doesNotThrow(() => loadConfig({ ...pod, LANDLORD_CACHE: "/tmp/x", LANDLORD_REQUIRE_ALL: "1" }));
    assert.throws(() => loadConfig({ LANDLORD_PORT_443_TCP_ADDR: "10.0.0.9" }), ConfigError);
  });
});

describe("environment", () => {
  it("puts the command line's settings over the process's own", () => {
    assert.equal(environment({ PATH: "elsewhere" })["PATH"], "elsewhere");
    assert.equal(environment()["PATH"], process.env["PATH"]);
  });
});
