// What whoever applies the second wall has to know of it under a policy: where it is wider than the webhook, and when it goes stale.
import type { WallOptions } from "./policy-objects.ts";

/** A sentence each; none if there is nothing to say. */
export function notesOn({ policy, now }: WallOptions): string[] {
  const { exceptions, tenantNamespaceSets, tenants, warnOnly, resourceSets, applicationSets, profile, profiles } =
    policy;
  const ends = exceptions.flatMap(({ expiry }) => (expiry !== undefined && expiry > now ? [expiry] : []));
  const first = ends.length === 0 ? "" : new Date(Math.min(...ends)).toISOString();
  const hasBaseline = profile === "baseline" || profiles.some((scope) => scope.profile === "baseline");
  const notes: [boolean, string][] = [
    [ends.length > 0, `an exception ends at ${first}: export again then, for the API server knows no time`],
    [
      tenantNamespaceSets && tenants === null,
      "K2, H2, A2 refuse only platform namespaces: with tenantNamespaceSets and no declared tenants the API server cannot tell whose another namespace is",
    ],
    [warnOnly.length > 0, "rules that only warn are left to the webhook where they do"],
    [hasBaseline, "K12 is left to the webhook where the profile is baseline: it takes reading the patches"],
    [
      resourceSets.enabled,
      "R1 refuses FluxInstances and FluxReports only: ResourceSets are enabled, and left to the webhook",
    ],
    [applicationSets.enabled, "A7 is left to the webhook: ApplicationSets are enabled"],
  ];
  return notes.filter(([applies]) => applies).map(([, note]) => note);
}
