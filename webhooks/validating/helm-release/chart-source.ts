// H4: a HelmRelease takes its chart from a source of its own namespace, or from one that the platform shares.
// helm-controller reads it with its own rights, and makes the HelmChart in the source's namespace.
import { own } from "../../json.ts";
import { at } from "../fields.ts";
import { HELM_RELEASES } from "../resource.ts";
import type { Rule } from "../rule.ts";
import { sourceViolations } from "../source-reference.ts";

/** Where a chart is named by its name, and the kinds that may stand there. */
export const CHART = { field: "spec.chart.spec.sourceRef", kinds: ["HelmRepository", "GitRepository", "Bucket"] };
/** The same for one that is there as an object. */
export const CHART_REF = { field: "spec.chartRef", kinds: ["OCIRepository", "HelmChart", "ExternalArtifact"] };

export const chartSource: Rule = {
  id: "H4",
  name: "chart-source",
  resources: [HELM_RELEASES],
  check({ object, namespace }, _facts, policy) {
    const spec = at(object, "spec");
    const chart = own(spec, "chart") ?? undefined;
    const chartRef = own(spec, "chartRef") ?? undefined;
    const references = [
      // one of the two has to be there: without any, the chart's source is what is missing
      ...(chart !== undefined || chartRef === undefined ? [{ ...CHART, found: at(chart, "spec", "sourceRef") }] : []),
      ...(chartRef === undefined ? [] : [{ ...CHART_REF, found: chartRef }]),
    ];
    return references.flatMap((reference) => sourceViolations({ ...reference, namespace }, policy));
  },
};
