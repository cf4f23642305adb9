// A sandbox for an integration suite, or the reason why there can be none on this machine:
//
//   const { skip } = await sandboxOrSkip({ crds: ["flux"] });
//   describe("what the suite is about", { skip }, () => {
//     const world = useSandbox({ crds: ["flux"] });
//     it("does it", () => world.sandbox.kubectl(["get", "namespaces"]));
//   });
//
// A hook cannot skip a suite (node:test runs its tests all the same), so the question has to be asked before `describe`.
import { findParts, type Sandbox, type SandboxOptions, startSandbox } from "../../sandbox/sandbox.ts";
import { orSkip, useShared } from "./shared.ts";

/** Finds or builds what the suite's sandbox needs. */
export const sandboxOrSkip = (options: SandboxOptions = {}): Promise<{ skip: string | false }> =>
  orSkip(() => findParts(options), options.env);

/** To be called inside `describe`: the suite's tests share one sandbox. */
export function useSandbox(options: SandboxOptions = {}): { readonly sandbox: Sandbox } {
  const shared = useShared("sandbox", () => startSandbox(options));
  return {
    get sandbox() {
      return shared();
    },
  };
}
