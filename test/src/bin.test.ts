import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { describe, it } from "node:test";
import { unreachable } from "../helpers/unreachable.ts";

const bin: {
  isNewEnough(version: string): boolean;
  chooseNode(version: string, resolve: (path: string) => string): string | undefined;
} = createRequire(import.meta.url)("../../src/bin.cjs");

const missing = (): never => {
  throw new Error("not installed");
};

describe("bin", () => {
  it("knows which node can run the sources", () => {
    for (const version of ["24.12.0", "24.21.3", "26.0.0", "100.1.0"]) assert.ok(bin.isNewEnough(version), version);
    for (const version of ["20.20.2", "24.11.9", "22.99.0", "9.0.0"]) assert.ok(!bin.isNewEnough(version), version);
  });

  it("stays with the node it runs on when that is new enough", () => {
    assert.equal(bin.chooseNode("26.1.0", missing), process.execPath);
  });

  it("hands over to the packaged node when it is not", () => {
    const packaged = bin.chooseNode("20.0.0", (path) => `/packages/${path}`);
    assert.equal(packaged, `/packages/node-${process.platform}-${process.arch}/bin/node`);
  });

  it("has no node to offer where none is packaged", () => {
    assert.equal(bin.chooseNode("20.0.0", missing), undefined);
  });

  it("runs the command line and passes its output on", () => {
    const text = execFileSync(process.execPath, ["src/bin.cjs", "--version"], { encoding: "utf8" });
    assert.match(text, /^\d+\.\d+\.\d+\n$/);
  });

  it("loses nothing of an output that is longer than a pipe holds, and read late", async () => {
    const args = ["src/bin.cjs", "export", "vap"];
    const whole = execFileSync(process.execPath, args, { encoding: "utf8" });
    assert.ok(whole.length > 2 * 65_536);
    // a shell's pipe, and a reader who waits for longer than the command would take if it did not wait for him
    const late = execFileSync("sh", ["-c", '"$@" | { sleep 0.7; cat; }', "sh", process.execPath, ...args], {
      encoding: "utf8",
    });
    assert.equal(late, whole);
  });

  it("passes a signal on and ends with the code of what it runs", async (t) => {
    const env = {
      ...process.env,
      KUBECONFIG: await unreachable(t),
      LANDLORD_ROLES: "webhooks,initializer",
      LANDLORD_BIND_ADDRESS: "127.0.0.1",
      LANDLORD_HEALTH_PORT: "0",
      LANDLORD_WEBHOOK_PORT: "0",
    };
    const child = spawn(process.execPath, ["src/bin.cjs", "serve"], { env, stdio: ["ignore", "pipe", "inherit"] });
    t.after(() => child.kill("SIGKILL"));
    const ended = once(child, "exit");
    let text = "";
    for await (const chunk of child.stdout) {
      if (!text.includes('"started"') && String(chunk).includes('"started"')) child.kill("SIGTERM");
      text += String(chunk);
    }
    assert.deepEqual(await ended, [0, null]);
    assert.match(text, /"message":"stopped"/);
    assert.doesNotMatch(text, /"level":"error"/);
  });
});
