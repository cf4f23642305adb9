import { artifacts } from "../../../../webhooks/validating/source/artifacts.ts";
import { ADMIN_USER, LANDLORD, TENANT_USER } from "../../../helpers/admission.ts";
import {
  BASELINE,
  foreignRows,
  type Given,
  NO_ITEMS,
  NO_LISTS,
  NO_OBJECTS,
  rowsFor,
  testRule,
} from "../../../helpers/rule-table.ts";

const by = (username: string): Given => ({ request: { user: { username, groups: [] } } });

testRule(artifacts, "ExternalArtifact", {
  allowed: [
    ["one that source-controller makes", {}],
    ["one that Landlord makes", by(LANDLORD)],
  ],
  denied: [
    ["one that a tenant makes", { request: { user: TENANT_USER } }, "kind"],
    ["one that a tenant makes in baseline", { request: { user: TENANT_USER }, ...BASELINE }, "kind"],
    ["one that a tenant changes", { request: { user: TENANT_USER, operation: "UPDATE" } }, "kind"],
    [
      "one that a tenant makes where Kustomizations may use them",
      { request: { user: TENANT_USER }, policy: { allowExternalArtifact: true } },
      "kind",
    ],
    ["one by a platform admin, who is exempt for other reasons", { request: { user: ADMIN_USER } }, "kind"],
    ["one by another account of flux-system", by("system:serviceaccount:flux-system:default"), "kind"],
    ["one by nobody where the policy names no own user", { ...by(""), policy: { ownUser: "" } }, "kind"],
  ],
});

const generates = (sources: unknown, rest: Given = {}): Given => ({ spec: { sources }, ...rest });
const GIT = { alias: "app", kind: "GitRepository", name: "app" };
testRule(artifacts, "ArtifactGenerator", {
  allowed: [
    ["no sources", generates(undefined)],
    ["null", generates(null)],
    [
      "sources of its own namespace",
      generates([GIT, { ...GIT, namespace: "tenant-a" }, { ...GIT, namespace: "" }, { ...GIT, namespace: null }]),
    ],
  ],
  denied: [
    [
      "each foreign one",
      generates([{ ...GIT, namespace: "tenant-b" }, 1, { ...GIT, namespace: "plain" }]),
      "spec.sources[1]",
      "spec.sources[0].namespace",
      "spec.sources[2].namespace",
    ],
    [
      "another tenant's in baseline",
      generates([{ ...GIT, namespace: "tenant-b" }], BASELINE),
      "spec.sources[0].namespace",
    ],
    [
      "a shared one: generators are not offered these",
      generates([{ ...GIT, namespace: "flux-system" }], {
        policy: { sharedSources: [{ kind: "GitRepository", name: "app", namespace: "flux-system" }] },
      }),
      "spec.sources[0].namespace",
    ],
    ...foreignRows("namespace", (namespace) => generates([{ ...GIT, namespace }]), "spec.sources[0].namespace"),
    ...rowsFor(NO_LISTS, generates, (what) => `${what} as list`, "spec.sources"),
    ...rowsFor(
      NO_ITEMS,
      (item) => generates([item]),
      (what) => `${what} as item`,
      "spec.sources[0]",
    ),
  ],
});

const charted = (sourceRef: unknown): Given => ({ spec: { sourceRef } });
const HELM = { kind: "HelmRepository", name: "charts" };
testRule(artifacts, "HelmChart", {
  allowed: [
    ["a source of its own namespace", charted(HELM)],
    ["the same, said out loud", charted({ ...HELM, namespace: "tenant-a" })],
    ["no source, which the schema refuses", charted(undefined)],
    ["null", charted(null)],
  ],
  denied: [
    ...foreignRows("namespace", (namespace) => charted({ ...HELM, namespace }), "spec.sourceRef.namespace"),
    ...rowsFor(NO_OBJECTS, charted, (what) => `${what} as source`, "spec.sourceRef"),
  ],
});
