// All mutations, in order. Each sees what the earlier ones made of the object.
import { fluxDefaults } from "./flux-defaults.ts";
import type { Mutation } from "./mutation.ts";
import { namespaceMarker } from "./namespace-marker.ts";
import { podGate } from "./pod-gate.ts";

export const mutations: readonly Mutation[] = [
  namespaceMarker, //  Namespaces: the ready mark, the tenant and the marker are what they ought to be
  podGate, //          Pods wait until their namespace is ready
  fluxDefaults, //     Kustomizations and HelmReleases: what the policy fills in where it is missing
];
