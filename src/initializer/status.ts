// What a Namespace says of its own onboarding: one condition per step and TenantReady. Pure: it compares and builds.
import type { Condition, Namespace } from "../model/kube-object.ts";
import { READY_CONDITION, STEP_CONDITION_PREFIX } from "../model/labels.ts";

/** Where one step stands; `message` is one line for people and never holds a secret. */
export interface StepState {
  step: string;
  done: boolean;
  reason: string;
  message: string;
}

type Told = Omit<Condition, "lastTransitionTime">;

/** The conditions that say it, TenantReady last. `steps` are those that were run; the first that is not done is why the tenant is not ready. */
function conditionsOf(steps: readonly StepState[]): Told[] {
  const blocked = steps.find(({ done }) => !done);
  const ready: Told =
    blocked === undefined
      ? {
          type: READY_CONDITION,
          status: "True",
          reason: "Initialized",
          message: "everything the tenant needs is there",
        }
      : {
          type: READY_CONDITION,
          status: "False",
          reason: blocked.reason,
          message: `${blocked.step}: ${blocked.message}`,
        };
  return [
    ...steps.map(({ step, done, reason, message }): Told => {
      return { type: STEP_CONDITION_PREFIX + step, status: done ? "True" : "False", reason, message };
    }),
    ready,
  ];
}

/**
 * The list of Landlord's conditions to apply, or undefined if the Namespace says it all already.
 * A condition keeps its transition time as long as its status stays; `now` is milliseconds since 1970.
 */
export function statusChange(namespace: Namespace, steps: readonly StepState[], now: number): Condition[] | undefined {
  const before = (namespace.status?.conditions ?? []).filter(isOurs);
  const wanted = conditionsOf(steps);
  const same = wanted.length === before.length && wanted.every((told) => before.some((old) => saysTheSame(old, told)));
  if (same) return undefined;
  const time = new Date(now).toISOString().replace(/\.\d+Z$/, "Z");
  return wanted.map((told) => {
    const old = before.find(({ type }) => type === told.type);
    return { ...told, lastTransitionTime: old?.status === told.status ? old.lastTransitionTime : time };
  });
}

const isOurs = ({ type }: Condition): boolean => type === READY_CONDITION || type.startsWith(STEP_CONDITION_PREFIX);

const saysTheSame = (old: Condition, told: Told): boolean =>
  old.type === told.type && old.status === told.status && old.reason === told.reason && old.message === told.message;
