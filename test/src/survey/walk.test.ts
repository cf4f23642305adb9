import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { KubeClient, ListOptions } from "../../../src/kube/client.ts";
import type { KubeObject } from "../../../src/model/kube-object.ts";
import { type WalkedPage, type WalkOptions, walk } from "../../../src/survey/walk.ts";
import type { Judgement } from "../../../webhooks/judge.ts";
import { HELM_RELEASES, KUSTOMIZATIONS } from "../../../webhooks/validating/resource.ts";
import { type Apis, discoveryOf, KUSTOMIZE_API, violating } from "../../helpers/discovery.ts";
import { createFakeKube, kubeError } from "../../helpers/kube-fake.ts";

const HELM_API: Apis = { "helm.toolkit.fluxcd.io": { versions: { v2: ["helmreleases"] } } };
const NOTHING = { against: [], warned: [], wouldDeny: [], excepted: [], deprecation: undefined };
const CLEAN: Judgement = { outcome: "allowed", ...NOTHING };

/** A cluster with `count` Kustomizations, two a page. */
function scene(count: number, apis: Apis = KUSTOMIZE_API) {
  const kube = createFakeKube();
  for (const object of violating("tenant-a", count)) kube.put(object);
  const stop = new AbortController();
  const failed: string[] = [];
  const client = { ...kube.client, ...discoveryOf(apis) };
  const options: WalkOptions = {
    client,
    resources: [HELM_RELEASES, KUSTOMIZATIONS],
    judge: () => CLEAN,
    signal: stop.signal,
    failed: ({ resource }) => void failed.push(resource),
  };
  return { kube, stop, failed, client, options };
}

async function pagesOf(options: WalkOptions, each: (page: WalkedPage) => void = () => undefined): Promise<string[]> {
  const pages: string[] = [];
  for await (const page of walk(options)) {
    const { resource, first, found } = page;
    pages.push(
      `${resource.resource} ${first ? "first" : "next"} ${found.map(({ object }) => object.metadata.name).join()}`,
    );
    each(page);
  }
  return pages;
}

const ALL = [
  "kustomizations first wrong-0,wrong-1",
  "kustomizations next wrong-2,wrong-3",
  "kustomizations next wrong-4",
];

describe("walk", () => {
  it("gives every object of every page with its request and judgement, and skips what is not served", async () => {
    const { options, failed, kube } = scene(5);
    const judged: string[] = [];
    const judge: WalkOptions["judge"] = ({ name }) => {
      judged.push(name);
      return CLEAN;
    };
    assert.deepEqual(
      await pagesOf({ ...options, judge }, ({ found }) => {
        for (const { object, request, judgement } of found) {
          assert.equal(request.name, object.metadata.name);
          assert.equal(judgement, CLEAN);
        }
      }),
      ALL,
    );
    assert.equal(judged.length, 5);
    assert.deepEqual([failed, kube.writes()], [[], []]);
  });

  it("has one empty page for a resource without objects", async () => {
    assert.deepEqual(await pagesOf(scene(0).options), ["kustomizations first "]);
  });

  it("waits between pages, and asks for pages that are parsed in no time", async () => {
    const { options, client } = scene(3);
    const limits: unknown[] = [];
    const list: KubeClient["list"] = (kind, given) => {
      limits.push(given.limit);
      return client.list(kind, given);
    };
    let pauses = 0;
    await pagesOf({ ...options, client: { ...client, list }, pause: async () => void pauses++ });
    assert.equal(pauses, 2);
    assert.deepEqual(limits, [100]);
  });

  it("begins a list anew that has expired, and says so", async () => {
    const { options, client, failed } = scene(5);
    const list = expiring(client, 1);
    assert.deepEqual(await pagesOf({ ...options, client: { ...client, list } }), [ALL[0], ...ALL]);
    assert.deepEqual(failed, []);
  });

  it("gives up a list that expires again and again", async () => {
    const { options, client, failed } = scene(5);
    const list = expiring(client, 100);
    assert.equal((await pagesOf({ ...options, client: { ...client, list } })).length, 3);
    assert.deepEqual(failed, ["kustomizations"]);
  });

  it("goes on with the next resource when one cannot be read", async () => {
    const { options, kube, failed } = scene(1, { ...HELM_API, ...KUSTOMIZE_API });
    kube.failNext("list HelmRelease", kubeError(403, "Forbidden"));
    assert.deepEqual(await pagesOf(options), ["kustomizations first wrong-0"]);
    assert.deepEqual(failed, ["helmreleases"]);
  });

  it("takes a CRD that is deleted meanwhile for one that was never there", async () => {
    const { options, kube, failed } = scene(1);
    kube.failNext("list Kustomization", kubeError(404, "NotFound"));
    assert.deepEqual(await pagesOf(options), []);
    assert.deepEqual(failed, []);
  });

  it("ends quietly when aborted, also by an error that comes of it", async () => {
    const { options, stop, failed } = scene(5);
    assert.equal((await pagesOf(options, () => stop.abort())).length, 1);
    const other = scene(1);
    const list: KubeClient["list"] = () => {
      other.stop.abort();
      throw kubeError(0, "aborted");
    };
    assert.deepEqual(await pagesOf({ ...other.options, client: { ...other.client, list } }), []);
    assert.deepEqual([...failed, ...other.failed], []);
  });

  it("lets others have a turn while it judges a page", async () => {
    const { options, client } = scene(0);
    async function* list<T extends KubeObject>() {
      yield { items: violating("tenant-a", 6) as unknown as T[], resourceVersion: "1" };
    }
    const order: string[] = [];
    const judge: WalkOptions["judge"] = ({ name }) => {
      for (const end = performance.now() + 6; performance.now() < end; );
      setImmediate(() => order.push("other"));
      order.push(name);
      return CLEAN;
    };
    await pagesOf({ ...options, client: { ...client, list }, judge });
    assert.deepEqual(order.slice(0, 4), ["wrong-0", "other", "wrong-1", "other"]);
  });
});

/** Fails after the first page, `times` times. */
function expiring(real: Pick<KubeClient, "list">, times: number): KubeClient["list"] {
  let left = times;
  return async function* list<T extends KubeObject>(kind: Parameters<KubeClient["list"]>[0], options: ListOptions) {
    for await (const page of real.list<T>(kind, options)) {
      yield page;
      if (left-- > 0) throw kubeError(410, "Expired");
    }
  };
}
