import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { request } from "node:https";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { freePort } from "../../../sandbox/port.ts";
import { ConfigError } from "../../../src/config.ts";
import type { Secret } from "../../../src/model/kube-object.ts";
import { startGenerator } from "../../../src/service/generator.ts";
import { eventually } from "../../helpers/eventually.ts";
import { createFakeKube } from "../../helpers/kube-fake.ts";
import { partsOf } from "../../helpers/parts.ts";
import { scratch } from "../../helpers/scratch.ts";

const TENANTS = `tenants:
  - { tenantId: acme, enabled: true, namespace: tn-acme, targetCluster: in-cluster, repoUrl: "https://git.example.com/t.git", repoPath: acme }
`;

async function start(t: TestContext, env: Record<string, string> = {}) {
  const directory = await scratch(t);
  const port = await freePort();
  const files = { LANDLORD_TENANTS_FILE: join(directory, "tenants.yaml"), PLUGIN_TOKEN_FILE: join(directory, "token") };
  await writeFile(files.LANDLORD_TENANTS_FILE, TENANTS);
  await writeFile(files.PLUGIN_TOKEN_FILE, "s3cret\n");
  const opened = await partsOf(t, {
    LANDLORD_ROLES: "generator",
    PORT: String(port),
    GENERATOR_BASELINE_FILE: join(directory, "baseline"),
    ...files,
    ...env,
  });
  const generator = await startGenerator(opened.parts, undefined);
  const ask = () =>
    fetch(`http://127.0.0.1:${port}/api/v1/getparams.execute`, {
      method: "POST",
      headers: { authorization: "Bearer s3cret", connection: "close" },
      body: "{}",
    });
  return { ...opened, ask, directory, generator, tenantsFile: files.LANDLORD_TENANTS_FILE };
}

/** Of a question without a token, asked by the Service's name. */
function statusOf(port: number, ca: Buffer): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const options = { port, ca, servername: "landlord-generator.landlord.svc", method: "POST", agent: false } as const;
    const sent = request({ ...options, host: "127.0.0.1", path: "/api/v1/getparams.execute" }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on("error", reject);
    sent.end("{}");
  });
}

describe("startGenerator", () => {
  it("answers from a file, without any cluster", async (t) => {
    const { ask, health, failures } = await start(t);
    await eventually("it is ready", async () => (await health("/readyz")).status === 200);
    const answer = await ask();
    assert.equal(answer.status, 200);
    assert.match(await answer.text(), /"tenantId":"acme"/);
    assert.deepEqual(failures, []);
  });

  it("gives the rows of the registry, and tells when they have changed though nobody has asked for an answer", async (t) => {
    const { generator, tenantsFile } = await start(t, { GENERATOR_REFRESH_INTERVAL: "100ms" });
    let told = 0;
    generator.subscribeRows(() => void told++);
    await eventually("there is a row", () => generator.row("acme")?.namespace === "tn-acme");
    assert.equal(generator.row("nobody"), undefined);
    const before = told;
    await writeFile(tenantsFile, TENANTS.replace("tn-acme", "tn-other"));
    await eventually("it tells", () => told > before);
    assert.equal(generator.row("acme")?.namespace, "tn-other");
  });

  it("closes its door when it is told to stop", async (t) => {
    const { ask, lifecycle } = await start(t);
    await lifecycle.stop();
    await assert.rejects(ask());
  });

  it("serves HTTPS with a certificate of its own when it is asked to", async (t) => {
    const directory = await scratch(t);
    const port = await freePort();
    const kube = createFakeKube();
    const credentials = { server: "https://127.0.0.1:1", headers: async () => ({}), invalidate: () => undefined };
    const { parts } = await partsOf(t, {
      LANDLORD_ROLES: "generator",
      GENERATOR_TLS: "true",
      GENERATOR_BASELINE_FILE: join(directory, "baseline"),
      PORT: String(port),
    });
    await startGenerator(parts, { client: kube.client, credentials, close: async () => undefined });
    const ref = { namespace: "landlord", name: "landlord-generator-certificate" };
    const secret = await eventually("there is a certificate", () => kube.get<Secret>("Secret", ref));
    const ca = Buffer.from(secret.data?.["ca.crt"] ?? "", "base64");
    const status = await eventually("it answers", () => statusOf(port, ca).catch(() => undefined));
    assert.equal(status, 403);
  });

  it("refuses to serve HTTPS where no cluster can keep the certificate", async (t) => {
    await assert.rejects(start(t, { GENERATOR_TLS: "true" }), ConfigError);
  });

  it("leaves admission ready when the registry is away and the webhooks run here, too", async (t) => {
    const { health } = await start(t, {
      LANDLORD_ROLES: "webhooks,generator",
      PLUGIN_TOKEN_FILE: "/nowhere/token",
      LANDLORD_TENANTS_FILE: "/nowhere/tenants.yaml",
    });
    assert.equal((await health("/readyz")).status, 200);
  });

  it("is not ready without a token, nor without a registry, and says which", async (t) => {
    const { health } = await start(t, {
      PLUGIN_TOKEN_FILE: "/nowhere/token",
      LANDLORD_TENANTS_FILE: "/nowhere/tenants.yaml",
    });
    const { status, text } = await health("/readyz");
    assert.equal(status, 503);
    assert.match(text, /plugin token/);
    assert.match(text, /tenant registry/);
  });
});
