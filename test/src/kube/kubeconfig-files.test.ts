import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { parse } from "yaml";
import { type ChosenContext, chooseContext } from "../../../src/kube/kubeconfig-files.ts";

const TOKEN = "hunter2";

interface Parts {
  contexts?: Record<string, object>;
  clusters?: Record<string, object>;
  users?: Record<string, object>;
  current?: string;
}

const kubeconfig = ({ contexts = {}, clusters = {}, users = {}, current }: Parts): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    ...(current === undefined ? {} : { "current-context": current }),
    contexts: Object.entries(contexts).map(([name, context]) => ({ name, context })),
    clusters: Object.entries(clusters).map(([name, cluster]) => ({ name, cluster })),
    users: Object.entries(users).map(([name, user]) => ({ name, user })),
  });

const SERVER = { server: "https://one.example" };
const WHOLE: Parts = {
  current: "one",
  contexts: { one: { cluster: "c", user: "u", namespace: "n" } },
  clusters: { c: SERVER },
  users: { u: { token: TOKEN } },
};

describe("the chosen context of kubeconfig files", () => {
  let directory: string;
  let path: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "landlord-kubeconfig-"));
    path = join(directory, "config");
  });
  afterEach(() => rm(directory, { recursive: true }));

  const choose = (options: { path?: string; context?: string } = {}): Promise<ChosenContext> =>
    chooseContext({ path, parseYaml: parse, ...options });
  const userOf = (chosen: ChosenContext): Record<string, unknown> =>
    (chosen.document["users"] as { user: Record<string, unknown> }[])[0]!.user;
  const write = async (parts: Parts, name = "config"): Promise<string> => {
    await writeFile(join(directory, name), kubeconfig(parts));
    return join(directory, name);
  };

  it("is the current one, or the one that is asked for", async () => {
    await write({
      ...WHOLE,
      contexts: { ...WHOLE.contexts, two: { cluster: "d", user: "u" } },
      clusters: { c: SERVER, d: { server: "https://two.example" } },
    });
    const one = await choose();
    assert.deepEqual(
      [one.server, one.namespace, one.insecure, userOf(one)],
      ["https://one.example", "n", false, { token: TOKEN }],
    );
    const two = await choose({ context: "two" });
    assert.deepEqual([two.server, two.namespace], ["https://two.example", undefined]);
  });

  it("comes from several files, of which the first to name a thing wins and missing ones are passed over", async () => {
    const first = await write(
      { current: "one", contexts: { one: { cluster: "c", user: "u" } }, users: { u: { token: "first" } } },
      "first",
    );
    const second = await write(
      { ...WHOLE, current: "other", contexts: { one: { cluster: "wrong", user: "wrong" } } },
      "second",
    );
    const chosen = await choose({ path: [first, join(directory, "missing"), second].join(delimiter) });
    assert.equal(chosen.server, "https://one.example");
    assert.deepEqual(userOf(chosen), { token: "first" });
  });

  it("may have no user", async () => {
    await write({ ...WHOLE, contexts: { one: { cluster: "c" } } });
    assert.deepEqual(userOf(await choose()), {});
  });

  it("has paths relative to its file made absolute, also a plugin's", async () => {
    await write({
      ...WHOLE,
      clusters: { c: { ...SERVER, "certificate-authority": "pki/ca.crt" } },
      users: {
        u: {
          "client-certificate": "pki/me.crt",
          "client-key": "/abs/me.key",
          tokenFile: "token",
          exec: { command: "./plugin" },
        },
      },
    });
    const chosen = await choose();
    const user = userOf(chosen);
    assert.equal(chosen.tokenFile, join(directory, "token"));
    assert.equal(user["client-certificate"], join(directory, "pki/me.crt"));
    assert.equal(user["client-key"], "/abs/me.key");
    assert.equal((user["exec"] as { command: string }).command, join(directory, "plugin"));
    const [{ cluster }] = chosen.document["clusters"] as [{ cluster: Record<string, unknown> }];
    assert.equal(cluster["certificate-authority"], join(directory, "pki/ca.crt"));
  });

  it("leaves a plugin that is found by PATH alone, and tells it what it wants to know", async () => {
    await write({
      ...WHOLE,
      clusters: { c: { ...SERVER, "certificate-authority-data": "Q0E=" } },
      users: {
        u: {
          exec: {
            apiVersion: "client.authentication.k8s.io/v1",
            command: "plugin",
            env: [{ name: "A", value: "b" }],
            provideClusterInfo: true,
          },
        },
      },
    });
    const exec = userOf(await choose())["exec"] as { command: string; env: { name: string; value: string }[] };
    assert.equal(exec.command, "plugin");
    assert.deepEqual(exec.env[0], { name: "A", value: "b" });
    assert.equal(exec.env[1]?.name, "KUBERNETES_EXEC_INFO");
    assert.deepEqual(JSON.parse(exec.env[1].value), {
      apiVersion: "client.authentication.k8s.io/v1",
      kind: "ExecCredential",
      spec: { interactive: false, cluster: { server: "https://one.example", "certificate-authority-data": "Q0E=" } },
    });
  });

  it("prefers the token's file to the token", async () => {
    await write({ ...WHOLE, users: { u: { token: TOKEN, tokenFile: "/t" } } });
    const chosen = await choose();
    assert.equal(chosen.tokenFile, "/t");
    assert.deepEqual(userOf(chosen), {});
  });

  it("carries insecure-skip-tls-verify and tls-server-name", async () => {
    await write({
      ...WHOLE,
      clusters: { c: { server: "http://127.0.0.1:1", "insecure-skip-tls-verify": true, "tls-server-name": "k" } },
    });
    const { insecure, serverName } = await choose();
    assert.deepEqual([insecure, serverName], [true, "k"]);
  });

  const faults: [string, Parts, { context?: string }, RegExp][] = [
    ["no current context", { ...WHOLE, current: "" }, {}, /config: no current-context is set$/],
    ["an unknown context", WHOLE, { context: "two" }, /config: there is no context "two"; there are "one"$/],
    ["an unknown cluster", { ...WHOLE, clusters: {} }, {}, /context "one" of .*config: there is no cluster "c"$/],
    ["an unknown user", { ...WHOLE, users: {} }, {}, /context "one" of .*config: there is no user "u"$/],
    [
      "a server that is no URL",
      { ...WHOLE, clusters: { c: { server: "nowhere" } } },
      {},
      /the cluster's server is not a URL$/,
    ],
    [
      "plain http",
      { ...WHOLE, clusters: { c: { server: "http://a" } } },
      {},
      /without https needs insecure-skip-tls-verify$/,
    ],
    [
      "a proxy",
      { ...WHOLE, clusters: { c: { ...SERVER, "proxy-url": "http://p" } } },
      {},
      /proxy-url is not supported$/,
    ],
  ];
  for (const [what, parts, options, message] of faults) {
    it(`names file and context on ${what}`, async () => {
      await write(parts);
      await assert.rejects(choose(options), (error) => {
        assert.match((error as Error).message, message);
        assert.ok((error as Error).message.includes(path));
        return true;
      });
    });
  }

  it("names the files that are missing", async () => {
    await assert.rejects(choose(), { message: `read kubeconfig ${path}: no such file` });
    const both = [path, `${path}2`].join(delimiter);
    await assert.rejects(choose({ path: both }), { message: `read kubeconfig ${both}: no such file` });
  });

  it("does not quote a file that is not YAML, or not a kubeconfig", async () => {
    await writeFile(path, `token: "${TOKEN}\n\t: [`);
    await assert.rejects(choose(), (error) => {
      assert.equal((error as Error).message, `read kubeconfig ${path}: it is not YAML`);
      assert.ok(!`${(error as Error).stack}${String((error as Error).cause)}`.includes(TOKEN));
      return true;
    });
    await writeFile(path, "just a sentence");
    await assert.rejects(choose(), /no current-context is set/);
  });
});
