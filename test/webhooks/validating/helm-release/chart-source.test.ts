import assert from "node:assert/strict";
import { test } from "node:test";
import { chartSource } from "../../../../webhooks/validating/helm-release/chart-source.ts";
import {
  BASELINE,
  checked,
  foreignRows,
  type Given,
  NO_OBJECTS,
  rowsFor,
  testRule,
} from "../../../helpers/rule-table.ts";

const SOURCE = "spec.chart.spec.sourceRef";
const chart = (reference: unknown, rest: Given = {}): Given => ({
  spec: { chart: { spec: { chart: "web", sourceRef: reference } } },
  ...rest,
});
const helm = (parts: object): unknown => ({ kind: "HelmRepository", name: "charts", ...parts });
const chartRef = (reference: unknown, rest: Given = {}): Given => ({
  spec: { chart: undefined, chartRef: reference },
  ...rest,
});
const oci = (parts: object): unknown => ({ kind: "OCIRepository", name: "web", ...parts });
const EXTERNAL = { kind: "ExternalArtifact", name: "web" };

testRule(chartSource, "HelmRelease", {
  allowed: [
    ["a HelmRepository of its own namespace", chart(helm({}))],
    ["a GitRepository", chart(helm({ kind: "GitRepository" }))],
    ["a Bucket", chart(helm({ kind: "Bucket" }))],
    ["its own namespace, said out loud", chart(helm({ namespace: "tenant-a" }))],
    ["an OCIRepository by reference", chartRef(oci({}))],
    ["a HelmChart by reference", chartRef(oci({ kind: "HelmChart", namespace: "tenant-a" }))],
    ["a reference beside a chart that is null", { spec: { chart: null, chartRef: oci({}) } }],
    ["a chart beside a reference that is null", { spec: { chartRef: null } }],
    ["an ExternalArtifact where these are allowed", chartRef(EXTERNAL, { policy: { allowExternalArtifact: true } })],
  ],
  denied: [
    ["neither chart nor reference", { spec: { chart: undefined } }, SOURCE],
    ["no spec", { spec: null }, SOURCE],
    ["a chart without source", { spec: { chart: { spec: { chart: "web" } } } }, SOURCE],
    ["an OCIRepository as the chart's source", chart(helm({ kind: "OCIRepository" })), `${SOURCE}.kind`],
    [
      "an ExternalArtifact as the chart's source, allowed or not",
      chart(EXTERNAL, { policy: { allowExternalArtifact: true } }),
      `${SOURCE}.kind`,
    ],
    ["a HelmRepository by reference", chartRef(oci({ kind: "HelmRepository" })), "spec.chartRef.kind"],
    ["an ExternalArtifact by reference", chartRef(EXTERNAL), "spec.chartRef.kind"],
    ["an ExternalArtifact by reference in baseline", chartRef(EXTERNAL, BASELINE), "spec.chartRef.kind"],
    [
      "a foreign reference beside a good chart",
      { spec: { chartRef: oci({ namespace: "tenant-b" }) } },
      "spec.chartRef.namespace",
    ],
    [
      "both when both are foreign",
      { spec: { ...(chart(helm({ namespace: "plain" })).spec as object), chartRef: oci({ namespace: "tenant-b" }) } },
      `${SOURCE}.namespace`,
      "spec.chartRef.namespace",
    ],
    ["a good reference beside an empty chart", { spec: { chart: {}, chartRef: oci({}) } }, SOURCE],
    ["another tenant's source in baseline", chart(helm({ namespace: "tenant-b" }), BASELINE), `${SOURCE}.namespace`],
    ["a name that is none", chart(helm({ name: "a/b" })), `${SOURCE}.name`],
    ...rowsFor(
      NO_OBJECTS,
      (value) => ({ spec: { chart: value } }),
      (what) => `${what} as chart`,
      SOURCE,
    ),
    ...rowsFor(
      NO_OBJECTS,
      (value) => ({ spec: { chart: { spec: value } } }),
      (what) => `${what} as the chart's spec`,
      SOURCE,
    ),
    ...rowsFor(NO_OBJECTS, chart, (what) => `${what} as the chart's source`, SOURCE),
    ...rowsFor(NO_OBJECTS, chartRef, (what) => `${what} as reference`, "spec.chartRef"),
    ...foreignRows("the source's namespace", (namespace) => chart(helm({ namespace })), `${SOURCE}.namespace`),
    ...foreignRows("the reference's namespace", (namespace) => chartRef(oci({ namespace })), "spec.chartRef.namespace"),
  ],
});

const SHARED = { kind: "HelmRepository", namespace: "flux-system", name: "charts" };
const policy = { sharedSources: [SHARED, { ...SHARED, kind: "OCIRepository" }] };
testRule(chartSource, "HelmRelease", {
  allowed: [
    ["a shared HelmRepository", chart(SHARED, { policy })],
    ["a shared OCIRepository by reference", chartRef({ ...SHARED, kind: "OCIRepository" }, { policy })],
  ],
  denied: [
    ["a shared name of another kind", chart({ ...SHARED, kind: "Bucket" }, { policy }), `${SOURCE}.namespace`],
    [
      "another name in a shared source's namespace",
      chart({ ...SHARED, name: "other" }, { policy }),
      `${SOURCE}.namespace`,
    ],
  ],
});

test("tells which kinds there are", () => {
  const allowed = (given: Given): string[] =>
    checked(chartSource, "HelmRelease", given).map((violation) => violation.allowed);
  assert.deepEqual(allowed(chart(helm({ kind: "X" }))), ['"HelmRepository" or "GitRepository" or "Bucket"']);
  assert.deepEqual(allowed(chartRef(oci({ kind: "X" }))), ['"OCIRepository" or "HelmChart"']);
});
