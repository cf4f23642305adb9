import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { lockdown, lockdownFlags } from "../../../webhooks/second-wall/lockdown.ts";

describe("lockdown", () => {
  it("gives kustomize-controller all of them", () => {
    assert.deepEqual(lockdownFlags("kustomize-controller"), [
      "--no-cross-namespace-refs=true",
      "--no-remote-bases=true",
      "--default-service-account=default",
      "--feature-gates=ObjectLevelWorkloadIdentity=true",
      "--default-kubeconfig-service-account=default",
      "--default-decryption-service-account=default",
    ]);
  });

  it("names the declared account wherever there is one", () => {
    const flags = lockdown("powerless").flatMap(({ flags: given }) => given.map(({ flag }) => flag));
    const accounts = flags.filter((flag) => flag.includes("service-account="));
    assert.ok(accounts.length > 5);
    assert.ok(accounts.every((flag) => flag.endsWith("=powerless")));
  });

  it("opens the gate wherever a controller refuses the flag without it", () => {
    for (const { controller, flags } of lockdown()) {
      const given = flags.map(({ flag }) => flag).join(" ");
      const appliesOnly = ["kustomize-controller", "helm-controller"].includes(controller);
      const needsGate =
        /default-(kubeconfig|decryption)/.test(given) || (!appliesOnly && /default-service/.test(given));
      assert.equal(given.includes("ObjectLevelWorkloadIdentity=true"), needsGate, controller);
    }
  });

  it("gives no flag twice, each with a reason, and none to strangers", () => {
    for (const { flags } of lockdown()) {
      assert.equal(new Set(flags.map(({ flag }) => flag.split("=")[0])).size, flags.length);
      assert.ok(flags.every(({ reason }) => /^[a-z].*[a-z]$/.test(reason)));
    }
    assert.deepEqual(lockdownFlags("constructor"), []);
  });
});
