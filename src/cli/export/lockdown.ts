// `landlord export lockdown`: the flags that make Flux's own controllers confine tenants.
import { type Lockdown, lockdown as lockdownOf } from "../../../webhooks/second-wall/lockdown.ts";
import { type Command, textOf, UsageError } from "../command.ts";
import { readPolicy } from "../review/inputs.ts";

const FORMS: Record<string, (controllers: readonly Lockdown[]) => string> = { flags, kustomize };
const NAMES = Object.keys(FORMS);

export const lockdown: Command = {
  name: "export lockdown",
  summary: "Print the flags that make Flux's own controllers confine tenants.",
  options: [
    { flags: "--policy <file>", about: "policy file, for its defaultServiceAccount; without it what the settings say" },
    { flags: "-o, --output <format>", about: `${NAMES.join(" or ")}, the patches for flux-system`, fallback: "flags" },
  ],
  async run(given, deps) {
    const name = textOf(given, "output");
    const form = Object.hasOwn(FORMS, name) ? FORMS[name] : undefined;
    if (form === undefined) throw new UsageError(`--output is ${JSON.stringify(name)}: must be ${NAMES.join(" or ")}`);
    const { defaultServiceAccount } = await readPolicy(textOf(given, "policy"), deps);
    deps.out(form(lockdownOf(defaultServiceAccount === "" ? undefined : defaultServiceAccount)));
    return 0;
  },
};

function flags(controllers: readonly Lockdown[]): string {
  return controllers
    .map(({ controller, flags: given }) => {
      const lines = given.flatMap(({ flag, reason }) => [`  # ${reason}`, `  ${flag}`]);
      return [`${controller}:`, ...lines].join("\n");
    })
    .join("\n\n");
}

/** For the kustomization.yaml beside Flux's own manifests; a patch of a controller that is not there does nothing. */
function kustomize(controllers: readonly Lockdown[]): string {
  const patches = controllers.flatMap(({ controller, flags: given }) => [
    "  - target:",
    "      kind: Deployment",
    `      name: ${controller}`,
    "    patch: |-",
    ...given.flatMap(({ flag, reason }) => [
      `      # ${reason}`,
      "      - op: add",
      "        path: /spec/template/spec/containers/0/args/-",
      `        value: ${JSON.stringify(flag)}`,
    ]),
  ]);
  return ["# add to the kustomization.yaml beside gotk-components.yaml", "patches:", ...patches].join("\n");
}
