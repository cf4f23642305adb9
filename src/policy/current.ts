// The policy that is in force: the last valid one that was read. What is refused is told to people, and changes nothing.
import type { Policy } from "../../webhooks/policy.ts";
import type { Metrics } from "../metrics.ts";
import type { Clock } from "../model/clock.ts";
import { describe } from "../model/errors.ts";
import type { Log } from "../model/log.ts";
import { policyOf } from "./policy-of.ts";
import { faultText, type PolicyBase, readPolicy } from "./read.ts";
import type { PolicySource, Reading } from "./source.ts";

export interface CurrentPolicy {
  /** Undefined as long as none was read; without a source it is the default at once. */
  policy(): Policy | undefined;
  /** For /readyz: true, true but something is to be said, or why there is none. */
  ready(): true | string | { note: string };
  /** Told of each policy that comes into force from now on, the first included. */
  onChange(listener: (policy: Policy) => void): void;
  /** Follows the source until aborted; never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

export interface CurrentPolicyOptions {
  /** Undefined: nobody has named one, and the defaults hold. */
  source: PolicySource | undefined;
  base: PolicyBase;
  clock: Clock;
  log: Log;
  metrics: Pick<Metrics, "policyValid" | "policyLoaded">;
  /** Tells people where they look: one sentence on a version that was refused, or on a source that is gone. */
  report: (message: string) => void;
}

/** Faults that are told; the command `landlord review` shows all. */
const TOLD = 3;

export function createCurrentPolicy(options: CurrentPolicyOptions): CurrentPolicy {
  const { source, base, clock, log, metrics, report } = options;
  const listeners: ((policy: Policy) => void)[] = [];
  let policy = source === undefined ? policyOf({}, base) : undefined;
  let text: string | undefined;
  let trouble: string | undefined;
  metrics.policyValid.set(source === undefined ? 1 : 0);

  function take(reading: Reading): void {
    if ("missing" in reading) return refuse([reading.missing]);
    if (reading.text === text && trouble === undefined) return;
    const result = readPolicy(reading.text, base);
    if ("faults" in result) return refuse(result.faults.map(faultText));
    if (trouble !== undefined) log.info({ source: source?.name }, "policy is valid again");
    trouble = undefined;
    metrics.policyValid.set(1);
    if (reading.text !== text) accept(result.policy, reading.text);
  }

  function accept(next: Policy, nextText: string): void {
    log.info({ source: source?.name }, policy === undefined ? "policy read" : "policy changed");
    [policy, text] = [next, nextText];
    metrics.policyLoaded.set(clock.now() / 1000);
    for (const listener of listeners) {
      try {
        listener(next);
      } catch (error) {
        log.error({ error: describe(error) }, "listener to the policy failed");
      }
    }
  }

  function refuse(faults: readonly string[]): void {
    const more = faults.length > TOLD ? `; and ${faults.length - TOLD} more` : "";
    const reason = faults.slice(0, TOLD).join("; ") + more;
    metrics.policyValid.set(0);
    if (reason === trouble) return;
    trouble = reason;
    const inForce =
      policy === undefined ? "none is in force, and every review is denied" : "the one before stays in force";
    log.error({ source: source?.name, faults: faults.slice(0, TOLD), count: faults.length }, "policy refused");
    report(`policy refused, ${inForce}: ${reason}`);
  }

  return {
    policy: () => policy,
    ready() {
      if (policy === undefined) return `${source?.name}: ${trouble ?? "not read yet"}`;
      return (
        trouble === undefined || { note: `${source?.name} was refused, the policy before stays in force: ${trouble}` }
      );
    },
    onChange: (listener) => void listeners.push(listener),
    run: (signal) => source?.run(signal, take) ?? Promise.resolve(),
  };
}
