import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createJudge, targetOf, type Write } from "../../bench/soak/judge.ts";

const SECRETS = "/api/v1/namespaces/a/secrets";
const TOKENS = "/api/v1/namespaces/a/serviceaccounts/a/token";

const write = (path: string, startedAt: number, other: Partial<Write> = {}): Write => ({
  method: "POST",
  path: `${path}?fieldManager=landlord`,
  status: 201,
  requestBody: "",
  body: path === TOKENS ? JSON.stringify({ status: { token: `t-${startedAt}` } }) : "{}",
  startedAt,
  certain: true,
  ...other,
});

/** A tenant that was set up at 10. */
function setUp(other: Partial<Write> = {}) {
  const judge = createJudge();
  judge.expected("a", 0);
  judge.wrote(write(TOKENS, 9, other));
  judge.wrote(write(SECRETS, 10, other));
  return judge;
}

describe("what counts as written twice", () => {
  it("nothing of a tenant that is set up once", () => {
    const { writes, duplicates, excused, idle } = setUp().counts();
    assert.deepEqual({ writes, duplicates, excused, idle }, { writes: 2, duplicates: [], excused: 0, idle: 0 });
  });

  const twice: [string, Write, RegExp][] = [
    ["a second create", write(SECRETS, 20), /^second create in secrets of a/],
    ["a second token while the first is stored", write(TOKENS, 20), /^second token of a/],
    [
      "a delete that nobody asked for",
      write(`${SECRETS}/a-token`, 20, { method: "DELETE" }),
      /^delete in secrets of a/,
    ],
  ];
  for (const [what, second, expected] of twice) {
    it(what, () => {
      const judge = setUp();
      judge.wrote(second);
      const [found = "", ...more] = judge.counts().duplicates;
      assert.match(found, expected);
      assert.deepEqual(more, []);
    });
  }

  it("a second token after one that could not be stored is needed", () => {
    const judge = createJudge();
    judge.expected("a", 0);
    judge.wrote(write(TOKENS, 9));
    judge.wrote(write(SECRETS, 10, { status: 500 }));
    judge.wrote(write(TOKENS, 20));
    assert.deepEqual(judge.counts().duplicates, []);
  });

  it("what is repeated because the first answer was lost is excused, and counted", () => {
    const judge = setUp({ certain: false });
    judge.wrote(write(TOKENS, 20));
    assert.deepEqual([judge.counts().duplicates, judge.counts().excused], [[], 1]);
  });

  for (const resource of ["secrets", "serviceaccounts"]) {
    it(`a new token after damage of ${resource} is needed`, () => {
      const judge = setUp();
      judge.damaged("a", resource, 15);
      judge.wrote(write(TOKENS, 20));
      judge.wrote(write(`${SECRETS}/a-token`, 21, { method: "PATCH", status: 200 }));
      assert.deepEqual(judge.counts().duplicates, []);
      judge.wrote(write(TOKENS, 30));
      assert.equal(judge.counts().duplicates.length, 1);
    });
  }

  it("damage of something else makes no token needed", () => {
    const judge = setUp();
    judge.damaged("a", "rolebindings", 15);
    judge.wrote(write(TOKENS, 20));
    assert.equal(judge.counts().duplicates.length, 1);
  });

  it("another life of the name begins anew, and a dying one is left alone", () => {
    const judge = setUp();
    judge.dying("a");
    judge.wrote(write(SECRETS, 20));
    assert.deepEqual([...judge.gone("a")], ["t-9"]);
    judge.expected("a", 30);
    judge.wrote(write(SECRETS, 29));
    judge.wrote(write(SECRETS, 31));
    assert.deepEqual(judge.counts().duplicates, []);
  });

  it("a patch that leaves the version as it was changed nothing", () => {
    const judge = setUp();
    const patch = (startedAt: number, resourceVersion: string): Write =>
      write("/api/v1/namespaces/a/status", startedAt, {
        method: "PATCH",
        body: JSON.stringify({ metadata: { name: "a", resourceVersion } }),
      });
    for (const each of [patch(20, "1"), patch(30, "2"), patch(40, "2")]) judge.wrote(each);
    assert.equal(judge.counts().idle, 1);
  });
});

describe("what a path is about", () => {
  const paths: [string, ReturnType<typeof targetOf>][] = [
    ["/api/v1/namespaces/a?x=y", { namespace: "a", resource: "namespaces", subresource: "" }],
    ["/api/v1/namespaces/a/status?x=y", { namespace: "a", resource: "namespaces", subresource: "status" }],
    [`${TOKENS}?x=y`, { namespace: "a", resource: "serviceaccounts", subresource: "token" }],
    [
      "/apis/rbac.authorization.k8s.io/v1/namespaces/a/rolebindings/b?x=y",
      { namespace: "a", resource: "rolebindings", subresource: "" },
    ],
    ["/api/v1/nodes/a", undefined],
  ];
  for (const [path, expected] of paths) it(path, () => assert.deepEqual(targetOf(path), expected));
});
