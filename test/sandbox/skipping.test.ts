import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, it } from "node:test";
import { databaseOrSkip } from "../helpers/database.ts";
import { sandboxOrSkip } from "../helpers/sandbox.ts";
import { scratch } from "../helpers/scratch.ts";
import { fakeGo, GO_ENV } from "./fake-tools.ts";

describe("a suite that wants a sandbox, on a machine that lacks a tool", () => {
  const runSuite = (env: NodeJS.ProcessEnv) =>
    spawnSync(
      process.execPath,
      ["--test", "--test-isolation=none", "--test-reporter=tap", join(import.meta.dirname, "suite.ts")],
      { encoding: "utf8", env: { PATH: "/not/there", LANDLORD_CACHE: "/not/there", ...env } },
    );

  it("is skipped, and says what is missing", () => {
    const { status, stdout } = runSuite({});
    assert.match(stdout, /^ok 1 - a suite that wants a sandbox # SKIP Go is not installed: install Go /m);
    assert.equal(status, 0);
  });

  it("fails where everything is required", () => {
    const { status, stdout } = runSuite({ LANDLORD_REQUIRE_ALL: "1" });
    assert.match(stdout, /Go is not installed: install Go /);
    assert.notEqual(status, 0);
  });

  it("is not skipped for any other trouble", async (t) => {
    const env = { PATH: await fakeGo(t, `${GO_ENV}exit 1`), LANDLORD_CACHE: await scratch(t) };
    await assert.rejects(sandboxOrSkip({ env, log: () => undefined }), /^Error: build Kubernetes .*go exited with 1/);
  });
});

describe("a suite that wants a database, on a machine that lacks a tool", () => {
  const env = { PATH: "/not/there", LANDLORD_CACHE: "/not/there" };

  it("is skipped, and says what is missing", async () => {
    const { skip } = await databaseOrSkip({ env });
    assert.match(String(skip), /^Java is not installed: install Java 17, /);
  });

  it("fails where everything is required", async () => {
    await assert.rejects(databaseOrSkip({ env: { ...env, LANDLORD_REQUIRE_ALL: "1" } }), { name: "MissingTool" });
  });
});
