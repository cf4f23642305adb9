import { reservedMetadata } from "../../../../webhooks/validating/flux/reserved-metadata.ts";
import { BASELINE, type Given, NO_OBJECTS, type Row, rowsFor, testRule } from "../../../helpers/rule-table.ts";

const RESERVED = [
  "toolkit.fluxcd.io/tenant",
  "kustomize.toolkit.fluxcd.io/name",
  "kustomize.toolkit.fluxcd.io/prune",
  "helm.toolkit.fluxcd.io/namespace",
  "sharding.fluxcd.io/key",
  "pod-security.kubernetes.io/enforce",
  "kubernetes.io/metadata.name",
  "landlord.dev/tenant",
  "landlord.dev/",
];
const FREE = [
  "team",
  "app.kubernetes.io/name",
  "toolkit.fluxcd.io",
  "x.toolkit.fluxcd.io/tenant",
  "kubernetes.io/metadata.name2",
  "kubernetes.io/metadata",
  "xlandlord.dev/tenant",
  "landlord.development/tenant",
  "reconcile.fluxcd.io/requestedAt",
];
const CONFIGURED = {
  policy: { protectedKeys: ["example.com/"], tenantLabels: ["team/tenant"], shardLabels: ["shard"] },
};
const NOTHING_CONFIGURED = { policy: { protectedKeys: [], tenantLabels: [], shardLabels: [] } };
/** What gives others metadata, by the path of that. */
const PLACES: readonly [kind: string, path: string, given: (metadata: unknown) => Given][] = [
  ["Kustomization", "spec.commonMetadata", (commonMetadata) => ({ spec: { commonMetadata } })],
  ["HelmRelease", "spec.commonMetadata", (commonMetadata) => ({ spec: { commonMetadata } })],
  ["HelmRelease", "spec.chart.metadata", (metadata) => ({ spec: { chart: { metadata, spec: {} } } })],
];

for (const [kind, path, given] of PLACES) {
  const maps = ["labels", "annotations"] as const;
  const denied = maps.flatMap((map): Row[] => [
    ...RESERVED.map(
      (key): Row => [
        `${key} among ${path}.${map}`,
        { ...given({ [map]: { [key]: "x", app: "y" } }), ...NOTHING_CONFIGURED },
        `${path}.${map}[${key}]`,
      ],
    ),
    ...["example.com/a", "team/tenant", "shard"].map(
      (key): Row => [
        `${key} of the policy among ${path}.${map}`,
        { ...given({ [map]: { [key]: "x" } }), ...CONFIGURED },
        `${path}.${map}[${key}]`,
      ],
    ),
    ...rowsFor(
      NO_OBJECTS,
      (value) => given({ [map]: value }),
      (what) => `${what} as ${path}.${map}`,
      `${path}.${map}`,
    ),
  ]);
  testRule(reservedMetadata, kind, {
    allowed: [
      [`no ${path}`, given(undefined)],
      [`null as ${path}`, given(null)],
      [`null for both maps of ${path}`, given({ labels: null, annotations: null })],
      [
        `names that reach a prototype in ${path}`,
        given({ labels: JSON.parse('{"__proto__": "x", "constructor": "y"}') }),
      ],
      ...maps.map(
        (map): Row => [
          `keys of other domains in ${path}.${map}`,
          given({ [map]: Object.fromEntries(FREE.map((key) => [key, "x"])) }),
        ],
      ),
    ],
    denied: [
      ...denied,
      [
        `a reserved key in ${path} in baseline`,
        { ...given({ labels: { "landlord.dev/tenant": "b" } }), ...BASELINE },
        `${path}.labels[landlord.dev/tenant]`,
      ],
      [
        `a reserved key in ${path} whatever its value`,
        given({ labels: { "landlord.dev/tenant": null } }),
        `${path}.labels[landlord.dev/tenant]`,
      ],
      [
        `each reserved key in ${path}`,
        given({
          labels: { "landlord.dev/a": "x", b: "y", "toolkit.fluxcd.io/c": "z" },
          annotations: { "landlord.dev/a": "x" },
        }),
        `${path}.labels[landlord.dev/a]`,
        `${path}.labels[toolkit.fluxcd.io/c]`,
        `${path}.annotations[landlord.dev/a]`,
      ],
      ...rowsFor(NO_OBJECTS, given, (what) => `${what} as ${path}`, path),
    ],
  });
}

testRule(reservedMetadata, "HelmRelease", {
  denied: [
    [
      "both places",
      {
        spec: { commonMetadata: { labels: { shard: "x" } }, chart: { metadata: { labels: { shard: "x" } } } },
        ...CONFIGURED,
      },
      "spec.commonMetadata.labels[shard]",
      "spec.chart.metadata.labels[shard]",
    ],
  ],
});
