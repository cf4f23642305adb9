// This machine's clock against the API server's. In Landlord's Pod: certificates are made, and Leases held, by that clock.
import type { Check } from "../check.ts";
import { ok, unknown, warning } from "../finding.ts";

const TOLERATED_MS = 30_000;

export const clock: Check = {
  name: "clock",
  beforeStart: true,
  check({ skewMs }) {
    if (skewMs === undefined)
      return [unknown("the API server does not say its time", "kubectl get --raw /version -v=8")];
    const seconds = Math.round(Math.abs(skewMs) / 1_000);
    if (Math.abs(skewMs) <= TOLERATED_MS)
      return [ok(`this machine's clock and the API server's agree within ${seconds + 1} s`)];
    const behind = skewMs > 0 ? "behind" : "ahead of";
    return [warning(`this machine's clock is ${seconds} s ${behind} the API server's`, "timedatectl set-ntp true")];
  },
};
