// Argo CD's ApplicationSet controller in the sandbox: what suites about generators stand on.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { describe, it, type TestContext } from "node:test";
import { applicationSetsOf, templateBy } from "../helpers/application-sets.ts";
import { eventually } from "../helpers/eventually.ts";
import { sandboxOrSkip, useSandbox } from "../helpers/sandbox.ts";

const { skip } = await sandboxOrSkip({ with: ["argocd"] });

const listOf = (...names: string[]): object => ({ list: { elements: names.map((name) => ({ name })) } });

interface Asked {
  path: string | undefined;
  authorization: string | undefined;
  body: { applicationSetName: string; input: unknown };
}

/** A generator plugin that answers with these elements. */
async function plugin(t: TestContext, answer: () => object[]): Promise<{ baseUrl: string; asked: Asked[] }> {
  const asked: Asked[] = [];
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = JSON.parse(await text(request));
    asked.push({ path: request.url, authorization: request.headers.authorization, body });
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ output: { parameters: answer() } }));
  }
  const server = createServer((request, response) => void serve(request, response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

describe("Argo CD's ApplicationSet controller in the sandbox", { skip }, () => {
  const world = useSandbox({ with: ["argocd"] });
  const sets = applicationSetsOf(() => world.sandbox);
  const has = (set: string, names: string[]) => () =>
    sets.names(set).then((found) => JSON.stringify(found) === JSON.stringify(names));

  it("makes an Application of each element of a list", async () => {
    await sets.create("list", { generators: [listOf("red", "blue")], template: templateBy("name") });
    await eventually("both are there", has("list", ["blue", "red"]));
    const [blue] = await sets.applications("list");
    assert.equal(blue?.spec.source.path, "blue");
    assert.equal(blue?.spec.destination.namespace, "blue");
    await eventually(
      "the set says so",
      async () => (await sets.condition("list", "ResourcesUpToDate"))?.status === "True",
    );
    assert.equal((await sets.condition("list", "ErrorOccurred"))?.status, "False");
  });

  it("removes the Application of an element that is gone, and makes that of a new one", async () => {
    await sets.create("moving", { generators: [listOf("old", "kept")], template: templateBy("name") });
    await eventually("both are there", has("moving", ["kept", "old"]));
    await sets.change("moving", { generators: [listOf("kept", "new")] });
    await eventually("one is new, one is gone", has("moving", ["kept", "new"]));
  });

  it("stops a whole set for one element that lacks a key", async () => {
    const whole = { name: "whole", path: "a" };
    const template = templateBy("name");
    await sets.create("lacking", { generators: [{ list: { elements: [whole] } }], template });
    await eventually("the first is there", has("lacking", ["whole"]));
    await sets.change("lacking", { generators: [{ list: { elements: [{ path: "b" }] } }] });
    const condition = await eventually("the set says so", async () => {
      const found = await sets.condition("lacking", "ErrorOccurred");
      return found?.status === "True" ? found : undefined;
    });
    assert.equal(condition.reason, "RenderTemplateParamsError");
    assert.deepEqual(await sets.names("lacking"), ["whole"]);
  });

  it("asks a plugin, with its token, and again when it is told to", async (t) => {
    const elements = [{ name: "one" }];
    const { baseUrl, asked } = await plugin(t, () => elements);
    const { argocd } = world.sandbox;
    await argocd.setPlugin({ name: "a-plugin", baseUrl, token: "s3cret" });
    const generator = {
      configMapRef: { name: "a-plugin" },
      input: { parameters: { region: "north" } },
      requeueAfterSeconds: 1800,
    };
    await sets.create("plugged", { generators: [{ plugin: generator }], template: templateBy("name") });
    await eventually("the Application is there", has("plugged", ["one"]));
    assert.deepEqual(asked[0], {
      path: "/api/v1/getparams.execute",
      authorization: "Bearer s3cret",
      body: { applicationSetName: "plugged", input: { parameters: { region: "north" } } },
    });
    for (const name of ["two", "three"]) {
      elements.push({ name });
      await sets.refresh("plugged");
      await eventually(`${name} is there`, async () => (await sets.names("plugged")).includes(name), 3000);
    }
  });

  it("sends Applications to clusters that it knows by name, and refuses the others", async () => {
    await world.sandbox.argocd.setCluster({ name: "far", server: "https://far.example.invalid" });
    const template = {
      metadata: { name: "at-{{ .name }}" },
      spec: { ...templateBy("name").spec, destination: { name: "{{ .name }}", namespace: "n" } },
    };
    await sets.create("clusters", { generators: [listOf("far", "in-cluster", "nowhere")], template });
    await eventually("the known ones are there", has("clusters", ["at-far", "at-in-cluster"]));
    const condition = await eventually("the set says so", () => sets.condition("clusters", "ErrorOccurred"));
    assert.match(JSON.stringify(condition), /nowhere/);
  });

  it("catches up with what happened while it was stopped", async () => {
    const { argocd } = world.sandbox;
    await argocd.stop();
    await sets.create("later", { generators: [listOf("green")], template: templateBy("name") });
    await argocd.start();
    await eventually("it is there", has("later", ["green"]));
  });

  it("has the rights that Argo CD gives it, and no others", async () => {
    const { sandbox } = world;
    const user = "system:serviceaccount:argocd:argocd-applicationset-controller";
    for (const [verb, resource, namespace, expected] of [
      ["create", "applications.argoproj.io", "argocd", "yes"],
      ["create", "applications.argoproj.io", "default", "no"],
      ["create", "secrets", "argocd", "no"],
    ] as const) {
      const { stdout } = await sandbox.kubectl(["auth", "can-i", verb, resource, "-n", namespace, `--as=${user}`]);
      assert.equal(stdout.trim(), expected, `${verb} ${resource} in ${namespace}`);
    }
  });
});
