import assert from "node:assert/strict";
import { test } from "node:test";
import type { Policy } from "../../../../webhooks/policy.ts";
import { imageSource } from "../../../../webhooks/validating/image/image-source.ts";
import {
  BASELINE,
  checked,
  foreignRows,
  type Given,
  NO_OBJECTS,
  rowsFor,
  testRule,
} from "../../../helpers/rule-table.ts";

for (const [kind, key, shared] of [
  ["ImageUpdateAutomation", "sourceRef", "GitRepository"],
  ["ImagePolicy", "imageRepositoryRef", "ImageRepository"],
] as const) {
  const field = `spec.${key}`;
  const refers = (reference: unknown, rest: Given = {}): Given => ({ spec: { [key]: reference }, ...rest });
  const inNamespace = (namespace: unknown, rest: Given = {}): Given => refers({ name: "app", namespace }, rest);
  const SHARED = { kind: shared, namespace: "flux-system", name: "app" };
  const sharing = (parts: object = {}): Partial<Policy> => ({ sharedSources: [{ ...SHARED, ...parts }] });
  testRule(imageSource, kind, {
    allowed: [
      ["its own namespace", inNamespace("tenant-a")],
      ["no namespace", refers({ name: "app" })],
      ["an empty namespace", inNamespace("")],
      ["a namespace that is null", inNamespace(null)],
      ["a shared one", inNamespace("flux-system", { policy: sharing() })],
      ["a shared one beside a kind that is null", refers({ ...SHARED, kind: null }, { policy: sharing() })],
    ],
    denied: [
      ["no reference", refers(undefined), field],
      ["null", refers(null), field],
      ["no spec", { spec: null }, field],
      ["another tenant's in baseline", inNamespace("tenant-b", BASELINE), `${field}.namespace`],
      [
        "one that is shared under another name",
        inNamespace("flux-system", { policy: sharing({ name: "other" }) }),
        `${field}.namespace`,
      ],
      ["one that is shared in another namespace", inNamespace("tenant-b", { policy: sharing() }), `${field}.namespace`],
      [
        "one that is shared as another kind",
        inNamespace("flux-system", { policy: sharing({ kind: "Bucket" }) }),
        `${field}.namespace`,
      ],
      [
        "one without name although it is shared",
        refers({ namespace: "flux-system" }, { policy: sharing() }),
        `${field}.namespace`,
      ],
      [
        "another namespace of the same tenant, joined or not",
        inNamespace("tenant-a-too", { policy: { tenantNamespaceSets: true } }),
        `${field}.namespace`,
      ],
      ...foreignRows("namespace", inNamespace, `${field}.namespace`),
      ...rowsFor(NO_OBJECTS, refers, (what) => `${what} as reference`, field),
    ],
  });
}

test("goes by the kind that an automation says, and reads none of an ImagePolicy", () => {
  const SHARED = { kind: "GitRepository", namespace: "flux-system", name: "app" };
  const policy = { sharedSources: [SHARED, { ...SHARED, kind: "ImageRepository" }] };
  const count = (kind: string, key: string, said: unknown): number =>
    checked(imageSource, kind, { spec: { [key]: { ...SHARED, kind: said } }, policy }).length;
  assert.equal(count("ImageUpdateAutomation", "sourceRef", "GitRepository"), 0);
  assert.equal(count("ImageUpdateAutomation", "sourceRef", "Bucket"), 1);
  assert.equal(count("ImageUpdateAutomation", "sourceRef", ""), 1);
  assert.equal(count("ImagePolicy", "imageRepositoryRef", "Bucket"), 0);
});
