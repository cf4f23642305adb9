// Who may call the webhooks: with a client CA nobody but the apiserver gets an answer, and with certificates from files it gets them all the while they change.
import assert from "node:assert/strict";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { type Authority, createAuthority } from "../../certs/authority.ts";
import { issueClientLeaf, issueLeaf } from "../../certs/leaf.ts";
import { type RunningLandlord, startLandlord } from "../../sandbox/landlord.ts";
import { PKI } from "../../sandbox/pki.ts";
import { freePort } from "../../sandbox/port.ts";
import { clusterOf } from "../helpers/cluster.ts";
import { eventually } from "../helpers/eventually.ts";
import { sandboxOrSkip, useSandbox } from "../helpers/sandbox.ts";

const port = await freePort();
const OPTIONS = { webhookClient: { name: "kube-apiserver", hosts: [`127.0.0.1:${port}`] } };
const { skip } = await sandboxOrSkip(OPTIONS);

describe("callers of the webhooks", { skip }, () => {
  const world = useSandbox(OPTIONS);
  const cluster = clusterOf(() => world.sandbox);
  let landlord: RunningLandlord | undefined;
  let ports: RunningLandlord["ports"];
  const files = (): string => join(world.sandbox.directory, "certificate");

  before(async () => {
    ports = { webhooks: port, health: await freePort(), generator: await freePort() };
    await grantNamespaces();
  });
  after(() => landlord?.stop());

  /** The rights without which the webhooks would not be asked. */
  async function grantNamespaces(): Promise<void> {
    const rbac = "/apis/rbac.authorization.k8s.io/v1";
    const rules = [{ apiGroups: [""], resources: ["namespaces"], verbs: ["create"] }];
    await cluster.create(`${rbac}/clusterroles`, { metadata: { name: "make-namespaces" }, rules });
    await cluster.create(`${rbac}/clusterrolebindings`, {
      metadata: { name: "make-namespaces" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "make-namespaces" },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "developer" }],
    });
  }

  async function start(settings: Record<string, string>): Promise<RunningLandlord> {
    await landlord?.stop();
    landlord = await startLandlord(world.sandbox, {
      ports,
      settings: { LANDLORD_CLIENT_CA_FILE: join(world.sandbox.directory, PKI.webhookCa), ...settings },
    });
    return landlord;
  }

  /** What the apiserver says to somebody who may not make a tenant's namespace. */
  async function attempt(): Promise<string> {
    const manifest = {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "t", labels: { "landlord.dev/tenant": "t" } },
    };
    const { stderr } = await world.sandbox.kubectl(["create", "--dry-run=server", "-f", "-"], {
      input: JSON.stringify(manifest),
      user: "developer",
    });
    return stderr;
  }
  const DENIED = /denied the request: M1/;
  const FAILED = /failed calling webhook/;

  /** A review by hand; rejects unless there is an answer. */
  function ask(shown: { cert?: string; key?: string } = {}): Promise<number> {
    return new Promise((resolve, reject) => {
      const options = { host: "127.0.0.1", port, path: "/validate", method: "POST", agent: false } as const;
      const sent = request({ ...options, ...shown, rejectUnauthorized: false }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      });
      sent.on("error", reject);
      sent.end("{}");
    });
  }

  it("answers the apiserver, which shows its certificate, and nobody else", async () => {
    await start({});
    await eventually("it is asked", async () => DENIED.test(await attempt()));
    await assert.rejects(ask(), "without a certificate");
    const own = createAuthority({ commonName: "landlord-sandbox-webhooks", now: Date.now() });
    const { certificate: cert, key } = issueClientLeaf(own, { commonName: "kube-apiserver", now: Date.now() });
    await assert.rejects(ask({ cert, key }), "of an authority of one's own");
    const lines = (await landlord?.log()) ?? [];
    assert.ok(lines.some(({ message }) => String(message).startsWith("caller refused")));
  });

  it("answers not even the apiserver under a name that is not allowed", async () => {
    await start({ LANDLORD_CLIENT_NAMES: "somebody-else" });
    await eventually("calls fail", async () => FAILED.test(await attempt()));
  });

  const pair = (authority: Authority): Record<string, string> => {
    const { certificate, key } = issueLeaf(authority, { names: ["127.0.0.1"], now: Date.now() });
    return { "tls.crt": certificate, "tls.key": key, "ca.crt": authority.certificate };
  };
  /** As kubelet does it: all at once, behind the directory's name. */
  async function put(content: Record<string, string>): Promise<void> {
    await mkdir(files(), { recursive: true });
    for (const [name, text] of Object.entries(content)) {
      await writeFile(join(files(), `${name}.new`), text);
      await rename(join(files(), `${name}.new`), join(files(), name));
    }
  }
  const authority = (): Authority => createAuthority({ commonName: "somebody", now: Date.now() });
  const leafEnds = async (): Promise<number> =>
    Number(
      /expiry_timestamp_seconds{certificate="leaf"} (\S+)/.exec((await landlord?.get("/metrics"))?.text ?? "")?.[1],
    );

  it("serves certificates from files, follows another authority without losing a call, and refuses a pair that does not match", async (t) => {
    await put(pair(authority()));
    await start({ LANDLORD_CERTIFICATE_FILES: files() });
    await eventually("it is asked", async () => DENIED.test(await attempt()));
    assert.ok((await leafEnds()) > Date.now() / 1000);

    const outcomes: string[] = [];
    const served = async (): Promise<number> =>
      ((await landlord?.log()) ?? []).filter(({ message }) => message === "serving certificate changed").length;
    const first = await served();
    const changed = async (): Promise<boolean> => (await served()) > first;
    await put(pair(authority()));
    const deadline = Date.now() + 30_000;
    while (!(await changed()) && Date.now() < deadline) outcomes.push(await attempt());
    assert.ok(await changed(), "it was served in time");
    for (let more = 0; more < 20; more++) outcomes.push(await attempt());
    t.diagnostic(`${outcomes.length} calls`);
    assert.deepEqual(
      outcomes.filter((outcome) => !DENIED.test(outcome)),
      [],
    );

    const key = pair(authority())["tls.key"] ?? "";
    await put({ "tls.key": key });
    await eventually("it is refused", async () =>
      ((await landlord?.log()) ?? []).some(({ reason }) => reason === "key does not match certificate"),
    );
    assert.match(await attempt(), DENIED);
    assert.equal(await readFile(join(files(), "tls.key"), "utf8"), key);
  });
});
