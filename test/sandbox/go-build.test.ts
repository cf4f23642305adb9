import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createProgress } from "../../sandbox/go-build.ts";

describe("the progress of a build", () => {
  it("tells the time, how many packages are done, and what is being done", () => {
    let now = 1000;
    const progress = createProgress("Kubernetes v1.36.4", () => now);
    now += 15_400;
    assert.equal(progress.text(), "building Kubernetes v1.36.4: 0:15 min, 0 packages compiled");
    progress.line("go: downloading k8s.io/api v0.36.4");
    assert.match(progress.text(), /0 packages compiled, now downloading k8s\.io\/api v0\.36\.4$/);
    now += 120_000;
    for (const line of ["internal/abi", "# internal/bytealg", "k8s.io/api/core/v1"]) progress.line(line);
    assert.match(progress.text(), /: 2:15 min, 2 packages compiled, now k8s\.io\/api\/core\/v1$/);
  });

  it("keeps the last twenty lines for an error", () => {
    const progress = createProgress("x");
    for (let line = 1; line <= 30; line++) progress.line(`line ${line}`);
    assert.deepEqual(
      progress.tail().split("\n"),
      Array.from({ length: 20 }, (_, at) => `line ${at + 11}`),
    );
  });
});
