// Every check of `landlord doctor`, in the order of its table: what later ones rest on comes first.
import type { Check } from "./check.ts";
import { breakGlass } from "./checks/break-glass.ts";
import { certificate } from "./checks/certificate.ts";
import { clock } from "./checks/clock.ts";
import { leases } from "./checks/leases.ts";
import { leftovers } from "./checks/leftovers.ts";
import { mutatingFires } from "./checks/mutating-fires.ts";
import { rights } from "./checks/rights.ts";
import { tenants } from "./checks/tenants.ts";
import { trust } from "./checks/trust.ts";
import { unshadowed } from "./checks/unshadowed.ts";
import { validatingFires } from "./checks/validating-fires.ts";
import { version } from "./checks/version.ts";
import { webhooks } from "./checks/webhooks.ts";

export const checks: readonly Check[] = [
  version, //          the API server knows what the webhooks rest on
  clock, //            certificates, tokens and Leases are judged by it
  rights, //           what Landlord's own account may do
  webhooks, //         the configurations: there, and as they are shipped
  unshadowed, //       nobody else's configuration calls Landlord
  breakGlass, //       the emergency stop is not pulled
  certificate, //      how long the served one lives
  trust, //            the API server can believe it
  validatingFires, //  a bad object is refused in fact
  mutatingFires, //    a tenant's namespace is marked in fact
  leases, //           somebody does the work
  tenants, //          who is not ready, and why
  leftovers, //        what dead namespaces have left
];
