import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { admissionControlFlags } from "../../../sandbox/parts/admission-control.ts";
import { PKI } from "../../../sandbox/pki.ts";
import { scratch } from "../../helpers/scratch.ts";

describe("the sandbox's admission control", () => {
  it("shows each host a certificate of an authority of its own, in files that only their owner reads", async (t) => {
    const directory = await scratch(t);
    await mkdir(join(directory, "pki"));
    const flags = await admissionControlFlags(directory, { name: "kube-apiserver", hosts: ["a.b.svc", "127.0.0.1:1"] });
    const path = join(directory, "admission-control.json");
    assert.deepEqual(flags, [`--admission-control-config-file=${path}`]);
    const { plugins } = JSON.parse(await readFile(path, "utf8")) as {
      plugins: { name: string; configuration: { kubeConfigFile: string } }[];
    };
    assert.equal(plugins.length, 2);
    const kubeconfig = plugins[0]?.configuration.kubeConfigFile ?? "";
    assert.equal((await stat(kubeconfig)).mode & 0o777, 0o600);
    const { users } = JSON.parse(await readFile(kubeconfig, "utf8")) as {
      users: { name: string; user: Record<string, string> }[];
    };
    assert.deepEqual(
      users.map(({ name }) => name),
      ["a.b.svc", "127.0.0.1:1"],
    );
    const shown = new X509Certificate(Buffer.from(users[0]?.user["client-certificate-data"] ?? "", "base64"));
    assert.equal(shown.subject, "CN=kube-apiserver");
    assert.ok(shown.verify(new X509Certificate(await readFile(join(directory, PKI.webhookCa))).publicKey));
  });

  it("is as it comes unless told otherwise", async (t) => {
    assert.deepEqual(await admissionControlFlags(await scratch(t), undefined), []);
  });
});
