// A sandbox for an integration suite, or the reason why there can be none on this machine:
//
//   const { skip } = await sandboxOrSkip({ crds: ["flux"] });
//   describe("what the suite is about", { skip }, () => {
//     const world = useSandbox({ crds: ["flux"] });
//     it("does it", () => world.sandbox.kubectl(["get", "namespaces"]));
//   });
//
// A hook cannot skip a suite (node:test runs its tests all the same), so the question has to be asked before `describe`.
import { after, before } from "node:test";
import { MissingTool } from "../../sandbox/missing-tool.ts";
import { findParts, type Sandbox, type SandboxOptions, startSandbox } from "../../sandbox/sandbox.ts";

/** Finds or builds what the suite's sandbox needs. With LANDLORD_REQUIRE_ALL=1 a missing tool fails the suite instead. */
export async function sandboxOrSkip(options: SandboxOptions = {}): Promise<{ skip: string | false }> {
  const { env = process.env } = options;
  try {
    await findParts(options);
    return { skip: false };
  } catch (error) {
    if (error instanceof MissingTool && env["LANDLORD_REQUIRE_ALL"] !== "1") return { skip: error.message };
    throw error;
  }
}

/** To be called inside `describe`: the suite's tests share one sandbox. A part that dies meanwhile fails the suite with its log. */
export function useSandbox(options: SandboxOptions = {}): { readonly sandbox: Sandbox } {
  let sandbox: Sandbox | undefined;
  before(async () => {
    sandbox = await startSandbox(options);
  });
  after(async () => {
    if (sandbox === undefined) return;
    await sandbox.stop();
    await Promise.race([sandbox.failed, Promise.resolve()]);
  });
  return {
    get sandbox() {
      if (sandbox === undefined) throw new Error("use the sandbox: not before the suite's tests run");
      return sandbox;
    },
  };
}
