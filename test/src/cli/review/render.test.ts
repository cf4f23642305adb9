import assert from "node:assert/strict";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { type RenderOptions, render } from "../../../../src/cli/review/render.ts";
import { scratch } from "../../../helpers/scratch.ts";

const { signal } = new AbortController();

/** Plays the tools that are there; keeps what they were asked for. */
function tools(answers: Record<string, { text: string } | { fault: string }>) {
  const asked: string[] = [];
  const run: NonNullable<RenderOptions["run"]> = async (command, words) => {
    asked.push([command, ...words].join(" "));
    return answers[command] ?? "missing";
  };
  return { asked, run };
}

describe("render", () => {
  it("asks kubectl, and kustomize where there is no kubectl", async () => {
    const first = tools({ kubectl: { text: "a" }, kustomize: { text: "b" } });
    assert.deepEqual(await render("apps", { signal, run: first.run }), { name: "apps", text: "a", isRendered: true });
    assert.deepEqual(first.asked, ["kubectl kustomize apps"]);
    const second = tools({ kustomize: { text: "b" } });
    assert.deepEqual(await render("-x", { signal, run: second.run }), { name: "-x", text: "b", isRendered: true });
    assert.deepEqual(second.asked, ["kubectl kustomize ./-x", "kustomize build ./-x"]);
  });

  it("says in one line what failed, or that nothing is there", async () => {
    const { run } = tools({ kubectl: { fault: "error: no\n  such resource\n" } });
    const failed = await render("apps", { signal, run });
    assert.ok("fault" in failed);
    assert.match(failed.fault, /^cannot be rendered: kubectl kustomize: error: no/);
    assert.ok(!failed.fault.includes("\n"));
    const missing = await render("apps", { signal, run: tools({}).run });
    assert.ok("fault" in missing && missing.fault.includes("neither kubectl nor kustomize"));
  });

  it("runs the program itself", async (t) => {
    const directory = await scratch(t);
    const tool = join(directory, "kubectl");
    await writeFile(tool, '#!/bin/sh\n[ "$2" = bad ] && { echo "is bad" >&2; exit 3; }\necho "$@"\n');
    await chmod(tool, 0o755);
    const before = process.env["PATH"];
    process.env["PATH"] = `${directory}:${before}`;
    t.after(() => void (process.env["PATH"] = before));
    assert.deepEqual(await render("good", { signal }), { name: "good", text: "kustomize good\n", isRendered: true });
    assert.deepEqual(await render("bad", { signal }), {
      name: "bad",
      fault: "cannot be rendered: kubectl kustomize: is bad",
    });
  });
});
