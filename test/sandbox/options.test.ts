import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HELP, parseOptions, UsageError } from "../../sandbox/options.ts";

describe("the sandbox's command line", () => {
  for (const [args, expected] of [
    [[], {}],
    [["--help"], { help: true }],
    [["--crds", "flux", "--no-controller-manager"], { crds: ["flux"], controllerManager: false }],
    [["--with", "cassandra", "--with", "flux"], { with: ["cassandra", "flux"] }],
  ] as const) {
    it(`${args.join(" ") || "without options"} is understood`, () =>
      assert.deepEqual(parseOptions(args), { help: false, with: [], crds: [], controllerManager: true, ...expected }));
  }

  for (const [args, message] of [
    [["--bogus"], /^Unknown option '--bogus'; see --help$/],
    [["up"], /^Unexpected argument 'up'; see --help$/],
    [["--crds"], /^Option '--crds <value>' argument missing; see --help$/],
    [["--crds", "argo"], /^There is no set of CRDs 'argo', but there is: argocd, cert-manager, flux$/],
    [
      ["--with", "cassandra,argocd"],
      /^There is no part 'cassandra,argocd', but there is: argocd, cassandra, cert-manager, flux$/,
    ],
    [["--crds", "toString"], /^There is no set of CRDs 'toString'/],
  ] as const) {
    it(`${args.join(" ")} is refused in one sentence`, () => {
      assert.throws(
        () => parseOptions(args),
        (error: unknown) => error instanceof UsageError && message.test(error.message),
      );
    });
  }

  it("has a help text that names every option", () => {
    for (const option of ["--with", "--crds", "--no-controller-manager", "--help"])
      assert.ok(HELP.includes(option), option);
  });
});
