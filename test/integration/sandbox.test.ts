// The sandbox itself, with real programs: what every other integration suite stands on.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, readlink } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, it, type TestContext } from "node:test";
import { isAlive } from "../../sandbox/alive.ts";
import { openSession } from "../../sandbox/cassandra/session.ts";
import { type Sandbox, startSandbox } from "../../sandbox/sandbox.ts";
import { databaseOrSkip } from "../helpers/database.ts";
import { eventually } from "../helpers/eventually.ts";
import { sandboxOrSkip, useSandbox } from "../helpers/sandbox.ts";
import { scratch } from "../helpers/scratch.ts";

const { skip } = await sandboxOrSkip({ crds: ["flux"] });
const database = await databaseOrSkip();

const createNamespace = (sandbox: Sandbox, name: string) =>
  sandbox.api.call({ method: "POST", path: "/api/v1/namespaces", body: { metadata: { name } } });

describe("a sandbox", { skip }, () => {
  const world = useSandbox({ crds: ["flux"] });

  it("is ready, and says which Kubernetes it is", async () => {
    assert.equal((await world.sandbox.api.call({ path: "/readyz" })).text, "ok");
    assert.match((await world.sandbox.api.call({ path: "/version" })).text, /"gitVersion": "v1\.\d+\.\d+"/);
  });

  it("gives a namespace its default ServiceAccount and the cluster's CA", async () => {
    const { sandbox } = world;
    assert.equal((await createNamespace(sandbox, "fresh")).status, 201);
    const there = (path: string) => () => sandbox.api.has(`/api/v1/namespaces/fresh/${path}`);
    await eventually("the ServiceAccount is there", there("serviceaccounts/default"));
    await eventually("the CA is there", there("configmaps/kube-root-ca.crt"));
  });

  it("fills a token Secret, and knows whose token it is", async () => {
    const { sandbox } = world;
    const secret = {
      metadata: { name: "filled", annotations: { "kubernetes.io/service-account.name": "default" } },
      type: "kubernetes.io/service-account-token",
    };
    const path = "/api/v1/namespaces/default/secrets";
    await sandbox.api.call({ method: "POST", path, body: secret });
    const data = await eventually("the Secret is filled", async () => {
      const found: { data?: Record<string, string> } = JSON.parse(
        (await sandbox.api.call({ path: `${path}/filled` })).text,
      );
      return found.data;
    });
    const plain = (key: string): string => Buffer.from(data[key] ?? "", "base64").toString();
    assert.equal(plain("ca.crt"), sandbox.ca);
    const kubeconfig = sandbox.kubeconfig({ token: plain("token") });
    const { stdout } = await sandbox.kubectl(["auth", "whoami", "-o", "jsonpath={.status.userInfo.username}"], {
      kubeconfig,
    });
    assert.equal(stdout, "system:serviceaccount:default:default");
  });

  it("knows its users, who have no rights of their own", async () => {
    const { sandbox } = world;
    const whoami = ["auth", "whoami", "-o", "jsonpath={.status.userInfo.groups}"];
    const { stdout } = await sandbox.kubectl(whoami, { user: "platform-admin" });
    assert.deepEqual(JSON.parse(stdout), ["platform-admins", "system:authenticated"]);
    const { code } = await sandbox.kubectl(["auth", "can-i", "list", "namespaces"], { user: "developer" });
    assert.equal(code, 1);
  });

  it("serves the kinds of Flux, and takes input on kubectl's standard input", async () => {
    const { sandbox } = world;
    for (const [group, kind, plural] of [
      ["kustomize", "Kustomization", "kustomizations"],
      ["source", "GitRepository", "gitrepositories"],
      ["source", "OCIRepository", "ocirepositories"],
      ["source", "Bucket", "buckets"],
    ]) {
      const { text } = await sandbox.api.call({
        path: `/apis/${group}.toolkit.fluxcd.io/v1/namespaces/default/${plural}`,
      });
      assert.match(text, new RegExp(`"kind":"${kind}List"`));
    }
    const input = JSON.stringify(kustomization("from-stdin"));
    const { code, stderr } = await sandbox.kubectl(["apply", "--server-side", "-f", "-"], { input });
    assert.equal(code, 0, stderr);
  });

  it("collects at once what an object of a custom kind owned", async () => {
    const { sandbox } = world;
    const path = "/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/default/kustomizations";
    const answer = await sandbox.api.call({ method: "POST", path, body: kustomization("owner") });
    const { apiVersion, kind, metadata }: { apiVersion: string; kind: string; metadata: { uid: string } } = JSON.parse(
      answer.text,
    );
    const ownerReferences = [{ apiVersion, kind, name: "owner", uid: metadata.uid }];
    const configMaps = "/api/v1/namespaces/default/configmaps";
    await sandbox.api.call({
      method: "POST",
      path: configMaps,
      body: { metadata: { name: "owned", ownerReferences } },
    });
    await sandbox.api.call({ method: "DELETE", path: `${path}/owner` });
    // a kind that the controllers do not know from the start would take them up to 40 s
    await eventually("it is gone", async () => !(await sandbox.api.has(`${configMaps}/owned`)), 8000);
  });

  it("keeps its data and its port when the apiserver is started again, and the controllers go on", async () => {
    const { sandbox } = world;
    await createNamespace(sandbox, "kept");
    await sandbox.stopApiserver();
    await assert.rejects(sandbox.api.call({ path: "/readyz" }), /no answer/);
    await sandbox.startApiserver();
    assert.ok(await sandbox.api.has("/api/v1/namespaces/kept"));
    await createNamespace(sandbox, "later");
    await eventually("it has its ServiceAccount", () =>
      sandbox.api.has("/api/v1/namespaces/later/serviceaccounts/default"),
    );
  });

  it("gets its port back from whoever holds it for a moment", async () => {
    const { sandbox } = world;
    await sandbox.stopApiserver();
    const thief = createServer().listen(Number(new URL(sandbox.server).port), "127.0.0.1");
    await once(thief, "listening");
    const starting = sandbox.startApiserver();
    const log = (): Promise<string> => readFile(join(sandbox.directory, "kube-apiserver.log"), "utf8");
    await eventually("it has found its port taken", async () => (await log()).includes("address already in use"));
    thief.close();
    await starting;
    assert.ok(await sandbox.api.has("/readyz"));
  });

  it("fills nothing while the controllers are stopped", async () => {
    const { sandbox } = world;
    await sandbox.stopControllerManager();
    assert.deepEqual(
      sandbox
        .processes()
        .map(({ name }) => name)
        .toSorted(),
      ["etcd", "kube-apiserver"],
    );
    await createNamespace(sandbox, "bare");
    await sandbox.startControllerManager();
    await eventually("they have caught up", () => sandbox.api.has("/api/v1/namespaces/bare/serviceaccounts/default"));
  });
});

describe("two sandboxes side by side", { skip }, () => {
  let pair: Sandbox[] = [];
  before(async () => {
    pair = await Promise.all([1, 2].map(() => startSandbox({ controllerManager: false })));
  });
  after(() => Promise.all(pair.map((sandbox) => sandbox.stop())));

  it("have no part that was not asked for", () => {
    for (const name of ["cassandra", "argocd"] as const)
      assert.throws(() => pair[0]?.[name], new RegExp(`^Error: use ${name}: the sandbox was started without it$`));
  });

  it("share nothing", async () => {
    const [one, two] = pair;
    assert.notEqual(one!.server, two!.server);
    await createNamespace(one!, "only-here");
    assert.ok(await one!.api.has("/api/v1/namespaces/only-here"));
    assert.equal((await two!.api.call({ path: "/api/v1/namespaces/only-here" })).status, 404);
    const stranger = await one!.kubectl(["get", "namespaces"], {
      kubeconfig: one!.kubeconfig({ token: two!.adminToken }),
    });
    assert.match(stranger.stderr, /Unauthorized|logged in/);
  });

  it("tell of a part that died, with the end of its log, each of its own only", async () => {
    const [one, two] = pair;
    process.kill(one!.processes().find(({ name }) => name === "kube-apiserver")!.pid!, "SIGKILL");
    await assert.rejects(
      one!.failed,
      /^ProcessFailed: run kube-apiserver: killed by SIGKILL; the end of its log:\n(.+\n?){2,20}$/,
    );
    assert.equal(await Promise.race([two!.failed, Promise.resolve("fine")]), "fine");
    assert.ok(await two!.api.has("/readyz"));
  });

  it("leave nothing when they are stopped, twice even", async () => {
    for (const sandbox of pair) {
      const pids = sandbox.processes().map(({ pid }) => pid!);
      await sandbox.stop();
      await sandbox.stop();
      assert.equal(existsSync(sandbox.directory), false);
      assert.deepEqual(pids.filter(isAlive), []);
    }
  });
});

describe("a sandbox that cannot start", { skip }, () => {
  it("says why, and leaves nothing", async (t) => {
    const directories = async (): Promise<string[]> =>
      (await readdir(dirname(await scratch(t)))).filter((name) => name.startsWith(`landlord-sandbox-${process.pid}-`));
    const earlier = await directories();
    const starting = startSandbox({ apiserverFlags: ["--no-such-flag"] });
    await assert.rejects(
      starting,
      /^ProcessFailed: run kube-apiserver: exited with code 1; .*unknown flag: --no-such-flag/s,
    );
    assert.deepEqual(await directories(), earlier);
  });
});

describe("npm run sandbox", { skip, concurrency: true }, () => {
  /** In a folder for temporary files of its own, with a long name: sockets must not mind. */
  async function start(t: TestContext, ...args: string[]) {
    const parent = join(await scratch(t), "a-rather-long-name-".repeat(6));
    await mkdir(parent);
    const child = spawn(process.execPath, [join(import.meta.dirname, "../../sandbox/main.ts"), ...args], {
      env: { ...process.env, TMPDIR: parent },
      stdio: ["ignore", "pipe", "pipe"],
    });
    t.after(() => child.kill("SIGKILL"));
    let told = "";
    child.stderr.on("data", (chunk) => (told += chunk));
    const exported = new Map<string, string>();
    const lines = createInterface(child.stdout).on("line", (line) => {
      const [, name = "", value = ""] = /^export (\w+)=(.+)$/.exec(line) ?? [];
      exported.set(name, value);
    });
    await once(lines, "line");
    const kubeconfig = exported.get("KUBECONFIG") ?? "";
    return { child, parent, kubeconfig, exported, told: () => told };
  }

  it("tells where the kubeconfig is, and ends with 0 and without a trace when it is asked to", async (t) => {
    const { child, parent, kubeconfig, told } = await start(t);
    assert.match(await readFile(kubeconfig, "utf8"), /"server": "https:\/\/127\.0\.0\.1:\d+"/);
    await eventually("it has told what runs", () => /kube-controller-manager \(pid \d+/.test(told()));
    child.kill("SIGINT");
    assert.deepEqual(await once(child, "exit"), [0, null]);
    assert.deepEqual(await readdir(parent), []);
  });

  it("tells how to reach Cassandra, as Landlord's settings", { skip: database.skip }, async (t) => {
    const { child, parent, exported, told } = await start(t, "--no-controller-manager", "--with", "cassandra");
    await eventually("it has told what runs", () => /cassandra: 127\.0\.0\.1:\d+ with table tenant_ops/.test(told()));
    const setting = (name: string): string => exported.get(`KEYSPACES_${name}`) ?? "";
    const [local] = await openSession(
      {
        port: Number(setting("PORT")),
        ca: await readFile(setting("ROOT_CERT"), "utf8"),
        serverName: setting("SERVER_NAME"),
        region: exported.get("AWS_REGION") ?? "",
      },
      { username: setting("USERNAME"), password: setting("PASSWORD") },
    ).then(async (session) => {
      const rows = await session.cql("SELECT data_center FROM system.local");
      await session.close();
      return rows;
    });
    assert.deepEqual(local, { data_center: "us-east-1" });
    child.kill("SIGTERM");
    assert.deepEqual(await once(child, "exit"), [0, null]);
    assert.deepEqual(await readdir(parent), []);
  });

  it("leaves nothing when it is killed", { skip: !existsSync("/proc/self/environ") }, async (t) => {
    const { child, parent, kubeconfig } = await start(t);
    const directory = dirname(dirname(kubeconfig));
    assert.ok((await belongingTo(directory)).length >= 4, "three programs and the keeper");
    child.kill("SIGKILL");
    await once(child, "exit");
    await eventually("no process is left", async () => (await belongingTo(directory)).length === 0);
    await eventually("no file is left", async () => (await readdir(parent)).length === 0);
  });

  it("ends with 1 and says why when a part dies", async (t) => {
    const { child, parent, told } = await start(t, "--no-controller-manager");
    const pid = await eventually("it has told what runs", () => /kube-apiserver \(pid (\d+)/.exec(told())?.[1]);
    process.kill(Number(pid), "SIGKILL");
    assert.deepEqual(await once(child, "exit"), [1, null]);
    assert.match(told(), /run kube-apiserver: killed by SIGKILL; the end of its log:\n/);
    assert.deepEqual(await readdir(parent), []);
  });
});

const kustomization = (name: string) => ({
  apiVersion: "kustomize.toolkit.fluxcd.io/v1",
  kind: "Kustomization",
  metadata: { name, namespace: "default" },
  spec: { interval: "1m", prune: true, sourceRef: { kind: "GitRepository", name: "source" } },
});

/** Processes that name the directory on their command line or work in it. */
async function belongingTo(directory: string): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => Number(name) > 0);
  const belongs = async (pid: string): Promise<string[]> => {
    const commandLine = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => "");
    return commandLine.includes(directory) || cwd.startsWith(directory) ? [pid] : [];
  };
  return (await Promise.all(pids.map(belongs))).flat();
}
