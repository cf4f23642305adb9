// What every tenant's namespace is given, in the order in which it is made.
import type { Step } from "../step.ts";
import { boundToken } from "./bound-token.ts";
import { legacyToken } from "./legacy-token.ts";
import { roleBinding } from "./role-binding.ts";
import { serviceAccount } from "./service-account.ts";
import { variables } from "./variables.ts";

export type TokenMode = "legacy" | "bound";

export interface StepSettings {
  tokenMode: TokenMode;
  /** Milliseconds that kube-controller-manager may take to fill a token Secret. */
  tokenWaitMs: number;
  /** Life of a bound token in seconds; at least 600. */
  tokenLifetimeSeconds: number;
}

export function tenantSteps(settings: StepSettings): Step[] {
  return [
    serviceAccount, // first: all that follows names it, and a token Secret without it is deleted
    roleBinding, // before the token: whoever finds the token can use it
    variables, // before the token, too: what waits for the token finds them
    settings.tokenMode === "bound"
      ? boundToken({ lifetimeSeconds: settings.tokenLifetimeSeconds })
      : legacyToken({ waitMs: settings.tokenWaitMs }),
  ];
}
