import assert from "node:assert/strict";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { inspect } from "node:util";
import { type Credentials, inClusterCredentials, kubeconfigCredentials } from "../../../src/kube/credentials.ts";
import { describe as described } from "../../../src/model/errors.ts";
import { createTestClock } from "../../helpers/clock.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "landlord-credentials-"));
});
afterEach(() => rm(directory, { recursive: true }));
const file = async (name: string, content: string): Promise<string> => {
  await writeFile(join(directory, name), content);
  return join(directory, name);
};

describe("credentials of a Pod", () => {
  const open = (options: { host?: string } = {}): Promise<Credentials> =>
    inClusterCredentials({ directory, host: "10.0.0.1", port: "443", clock: createTestClock(), ...options });
  beforeEach(async () => {
    await file("token", "one\n");
    await file("ca.crt", "CA one\n");
    await file("namespace", "landlord");
  });

  it("are the files of its ServiceAccount", async () => {
    const credentials = await open();
    assert.equal(credentials.server, "https://10.0.0.1:443");
    assert.equal(credentials.ca, "CA one");
    assert.equal(credentials.namespace, "landlord");
    assert.deepEqual(await credentials.headers(), { authorization: "Bearer one" });
    assert.equal((await open({ host: "fd00::1" })).server, "https://[fd00::1]:443");
  });

  it("follow the rotation of token and CA within a second, and at once after a 401", async () => {
    const clock = createTestClock();
    const credentials = await inClusterCredentials({ directory, host: "h", port: "1", clock });
    await file("token", "two");
    await file("ca.crt", "CA two");
    assert.deepEqual(await credentials.headers(), { authorization: "Bearer one" });
    await clock.advance(1_000);
    assert.deepEqual(await credentials.headers(), { authorization: "Bearer two" });
    assert.equal(credentials.ca, "CA two");
    await file("token", "three");
    credentials.invalidate();
    assert.deepEqual(await credentials.headers(), { authorization: "Bearer three" });
  });

  for (const name of ["token", "ca.crt", "namespace"]) {
    it(`name the file ${name} when it is missing`, async () => {
      await rm(join(directory, name));
      await assert.rejects(open(), { message: `read ${join(directory, name)}: no such file` });
    });
  }

  it("do not print their token", async () => {
    await file("token", "hunter2");
    const credentials = await open();
    await credentials.headers();
    assert.ok(!inspect(credentials, { depth: 9, showHidden: true }).includes("hunter2"));
  });
});

describe("credentials of a kubeconfig", () => {
  const SERVER = "https://k.example:6443";

  async function open(
    user: object,
    options: { cluster?: object; clock?: ReturnType<typeof createTestClock> } = {},
  ): Promise<Credentials> {
    const path = await config(user, options.cluster);
    return kubeconfigCredentials({ path, ...(options.clock === undefined ? {} : { clock: options.clock }) });
  }

  const config = (user: object, cluster: object = {}): Promise<string> =>
    file(
      "config",
      JSON.stringify({
        "current-context": "dev",
        contexts: [{ name: "dev", context: { cluster: "c", user: "u", namespace: "n" } }],
        clusters: [{ name: "c", cluster: { server: SERVER, ...cluster } }],
        users: [{ name: "u", user }],
      }),
    );

  const base64 = (text: string): string => Buffer.from(text).toString("base64");

  it("are server, authority, namespace and token", async () => {
    const credentials = await open({ token: "one" }, { cluster: { "certificate-authority-data": base64("CA") } });
    assert.deepEqual(
      [credentials.server, credentials.ca, credentials.namespace, credentials.insecure],
      [SERVER, "CA", "n", false],
    );
    assert.deepEqual(await credentials.headers(), { authorization: "Bearer one" });
    assert.equal(await credentials.clientCertificate?.(), undefined);
    assert.ok(!inspect(credentials, { depth: 9 }).includes("one"));
  });

  it("are an authority also for a context without a user", async () => {
    const credentials = await open({}, { cluster: { "certificate-authority-data": base64("CA") } });
    assert.equal(credentials.ca, "CA");
    assert.deepEqual(await credentials.headers(), {});
  });

  it("are client certificates as data and as files", async () => {
    const data = await open({ "client-certificate-data": base64("CERT"), "client-key-data": base64("KEY") });
    assert.deepEqual(await data.clientCertificate?.(), { cert: "CERT", key: "KEY" });
    await file("me.crt", "CERT2");
    await file("me.key", "KEY2");
    await file("ca.crt", "CA2");
    const files = await open(
      { "client-certificate": "me.crt", "client-key": "me.key" },
      { cluster: { "certificate-authority": "ca.crt" } },
    );
    assert.deepEqual(await files.clientCertificate?.(), { cert: "CERT2", key: "KEY2" });
    assert.equal(files.ca, "CA2");
  });

  it("are a password", async () => {
    const credentials = await open({ username: "me", password: "p:w" });
    assert.deepEqual(await credentials.headers(), { authorization: `Basic ${base64("me:p:w")}` });
  });

  it("skip the check of the server's certificate only when told to", async () => {
    const credentials = await open(
      { token: "x" },
      { cluster: { "insecure-skip-tls-verify": true, "tls-server-name": "k" } },
    );
    assert.deepEqual([credentials.insecure, credentials.serverName], [true, "k"]);
  });

  it("follow a token's file", async () => {
    const clock = createTestClock();
    await file("token", "one\n");
    const credentials = await open({ tokenFile: "token" }, { clock });
    assert.deepEqual(await credentials.headers(), { authorization: "Bearer one" });
    await file("token", "two\n");
    await clock.advance(1_000);
    assert.deepEqual(await credentials.headers(), { authorization: "Bearer two" });
  });

  it("read the kubeconfig again after a 401", async () => {
    const credentials = await open({ token: "one" });
    await config({ token: "two" });
    assert.deepEqual(await credentials.headers(), { authorization: "Bearer one" });
    credentials.invalidate();
    assert.deepEqual(await credentials.headers(), { authorization: "Bearer two" });
  });

  describe("with an exec plugin", () => {
    async function plugin(script: string): Promise<object> {
      await chmod(await file("plugin", `#!/bin/sh\n${script}\n`), 0o755);
      return {
        exec: {
          apiVersion: "client.authentication.k8s.io/v1",
          command: "./plugin",
          args: ["an-argument"],
          env: [{ name: "COLOUR", value: "green" }],
        },
      };
    }
    const credential = (status: object): string =>
      JSON.stringify({ apiVersion: "client.authentication.k8s.io/v1", kind: "ExecCredential", status });

    it("run it once, with arguments, environment and KUBERNETES_EXEC_INFO, and again after a 401", async () => {
      const clock = createTestClock();
      const seen = join(directory, "seen");
      const credentials = await open(
        await plugin(
          `echo "$1 $COLOUR $KUBERNETES_EXEC_INFO" >> ${seen}\necho '${credential({ token: "from-plugin" })}'`,
        ),
        { clock },
      );
      assert.deepEqual(await credentials.headers(), { authorization: "Bearer from-plugin" });
      await clock.advance(5_000);
      await credentials.headers();
      const lines = async (): Promise<string[]> => (await readFile(seen, "utf8")).trim().split("\n");
      assert.equal((await lines()).length, 1);
      assert.match((await lines())[0]!, /^an-argument green \{"apiVersion":"client.authentication.k8s.io\/v1"/);
      credentials.invalidate();
      await credentials.headers();
      assert.equal((await lines()).length, 2);
    });

    it("take a client certificate from it", async () => {
      const status = { clientCertificateData: "CERT", clientKeyData: "KEY" };
      const credentials = await open(await plugin(`echo '${credential(status)}'`));
      assert.deepEqual(await credentials.clientCertificate?.(), { cert: "CERT", key: "KEY" });
    });

    it("name file and context when it fails, and say what it said on stderr", async () => {
      await assert.rejects(open(await plugin('echo "please log in" >&2; exit 3')), (error) => {
        assert.equal(described(error), `authenticate by context "dev" of ${join(directory, "config")}: please log in`);
        return true;
      });
    });

    it("name the plugin that is not there", async () => {
      await plugin("");
      await rm(join(directory, "plugin"));
      await assert.rejects(open({ exec: { apiVersion: "v1", command: "./plugin" } }), (error) => {
        assert.match(described(error), /context "dev" of .*config: spawn .*plugin ENOENT/);
        return true;
      });
    });

    for (const output of ['{"token": "hunter2"', "hunter2", '{"kind":"hunter2"}']) {
      it(`do not quote what it prints when that is no credential: ${output.replace("hunter2", "…")}`, async () => {
        await assert.rejects(open(await plugin(`echo '${output}'`)), (error) => {
          assert.match(described(error), /the exec plugin did not print an ExecCredential$/);
          assert.ok(!inspect(error, { depth: 9 }).includes("hunter2"));
          return true;
        });
      });
    }

    it("give up on one that hangs", async () => {
      const clock = createTestClock();
      const failed = assert.rejects(
        open(await plugin(`echo $$ > ${join(directory, "pid")}; exec sleep 60`), { clock }),
        (error) => {
          assert.match(described(error), /context "dev" of .*: the deadline ended: no answer within 120000 ms/);
          return true;
        },
      );
      let pid = 0;
      while (pid === 0) {
        await clock.advance(0);
        pid = Number(await readFile(join(directory, "pid"), "utf8").catch(() => "0"));
      }
      await clock.advance(120_000);
      await failed;
      process.kill(pid, "SIGKILL");
    });
  });

  it("name the file that a user's entry points to and that is not there", async () => {
    await assert.rejects(open({ "client-certificate": "gone.crt", "client-key": "gone.key" }), (error) => {
      assert.match(described(error), /context "dev" of .*config: ENOENT: no such file or directory, open '.*gone.crt'/);
      return true;
    });
  });
});
