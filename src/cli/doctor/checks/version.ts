// The API server is new enough for what Landlord rests on: matchConditions and scheduling gates, both stable since Kubernetes 1.30.
import type { Check } from "../check.ts";
import { ok, problem, unknown } from "../finding.ts";

const OLDEST_MINOR = 30;

export const version: Check = {
  name: "version",
  beforeStart: true,
  check(context) {
    const [, major, minor] = /^v(\d+)\.(\d+)/.exec(context.version) ?? [];
    if (major === undefined) return [unknown("the API server does not say its version", "kubectl version")];
    const isSupported = Number(major) > 1 || Number(minor) >= OLDEST_MINOR;
    if (isSupported) return [ok(`Kubernetes ${context.version} is supported`)];
    const why = `Kubernetes ${context.version} is older than 1.${OLDEST_MINOR}: webhooks without matchConditions are called for everything`;
    return [problem(why, "kubectl version")];
  },
};
