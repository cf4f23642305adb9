// The rules about HelmReleases alone, in CEL.
import { CHART, CHART_REF, chartSource } from "../../validating/helm-release/chart-source.ts";
import { createNamespace } from "../../validating/helm-release/create-namespace.ts";
import { serviceAccount } from "../../validating/helm-release/service-account.ts";
import { storageNamespace } from "../../validating/helm-release/storage-namespace.ts";
import { targetNamespace } from "../../validating/helm-release/target-namespace.ts";
import { accountFindings } from "../account.ts";
import { at, isUnset, text, valueOf } from "../cel.ts";
import { isForeignAt, noObject, OWN, together, when } from "../finding.ts";
import { sourceFindings } from "../source-reference.ts";
import { IS_STRICT, isOwn } from "../variables.ts";
import type { WallRule } from "../wall-rule.ts";

const TARGET = at("spec.targetNamespace");
const CREATES = valueOf(at("spec.install.createNamespace"));

export const helmReleaseWall: readonly WallRule[] = [
  { rule: serviceAccount, findings: accountFindings },
  {
    rule: targetNamespace,
    findings: (policy) =>
      when(`!(${isUnset(TARGET)} || ${isOwn(valueOf(TARGET), policy)})`, {
        field: text("spec.targetNamespace"),
        found: valueOf(TARGET),
        allowed: OWN,
        remedy: "leave it out, or set it to the HelmRelease's own namespace",
      }),
  },
  {
    rule: storageNamespace,
    findings: () =>
      when(isForeignAt("spec.storageNamespace"), {
        field: text("spec.storageNamespace"),
        found: valueOf(at("spec.storageNamespace")),
        allowed: OWN,
        remedy: "leave it out",
      }),
  },
  {
    rule: chartSource,
    findings(policy) {
      const [chart, chartRef] = [valueOf(at("spec.chart")), valueOf(at("spec.chartRef"))];
      const [fromChart, byReference] = [CHART, CHART_REF].map(({ field, kinds }) =>
        sourceFindings({ path: field, kinds }, policy),
      );
      return together(
        `(${chart} == null && ${chartRef} != null ? [] : ${fromChart})`,
        `(${chartRef} == null ? [] : ${byReference})`,
      );
    },
  },
  {
    rule: createNamespace,
    findings: () =>
      together(
        noObject("spec.install"),
        when(`!(${CREATES} == null || ${CREATES} == false || (!${IS_STRICT} && ${CREATES} == true))`, {
          field: text("spec.install.createNamespace"),
          found: CREATES,
          allowed: text("false"),
          remedy: "leave it out: the namespace is there already",
        }),
      ),
  },
];
