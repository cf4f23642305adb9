// Alerts and dashboard ask for figures that there are, by labels that these have, and every alert says what to do. promtool looks too, where there is one.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { parse, stringify } from "yaml";
import { createMetrics } from "../src/metrics.ts";
import { type Asked, askedIn } from "./helpers/promql.ts";
import { scratch } from "./helpers/scratch.ts";

interface Alert {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string; runbook: string };
}

interface Figure {
  name: string;
  labelNames: readonly string[];
  help: string;
}

const FOLDER = join(import.meta.dirname, "../manifests/observability");
const rules = parse(readFileSync(join(FOLDER, "prometheus-rules.yaml"), "utf8")) as {
  spec: { groups: { name: string; rules: Alert[] }[] };
};
const dashboard = JSON.parse(readFileSync(join(FOLDER, "dashboard.json"), "utf8")) as {
  panels: { id: number; title: string; targets?: { expr: string; legendFormat: string }[] }[];
};
const alerts = rules.spec.groups.flatMap((group) => group.rules);
const targets = dashboard.panels.flatMap((panel) => panel.targets ?? []);

/** Of kube-state-metrics. */
const FOREIGN: Figure[] = ["kube_deployment_status_replicas_ready", "kube_deployment_spec_replicas"].map((name) => {
  return { name, labelNames: ["namespace", "deployment"], help: "landlord" };
});
/** What Prometheus adds to each figure, and to those of histograms. */
const ALWAYS = ["pod", "le"];

const isFigure = (value: object): value is Figure => "name" in value && "help" in value;
async function figures(): Promise<Map<string, Figure>> {
  const metrics = createMetrics();
  metrics.collectProcess();
  const { body } = await metrics.scrape();
  const ofProcess = [...body.matchAll(/^# HELP (\S+)/gm)].map(([, name = ""]) => ({ name, labelNames: [], help: "" }));
  const declared = Object.values(metrics).filter((value) => isFigure(value));
  return new Map([...ofProcess, ...FOREIGN, ...declared].map((figure) => [figure.name, figure]));
}

describe("observability", async () => {
  const known = await figures();
  const figureOf = ({ metric }: Asked): Figure | undefined =>
    known.get(metric) ?? known.get(metric.replace(/_(bucket|sum|count)$/, ""));

  for (const { expr, what } of [
    ...alerts.map(({ expr: text, alert }) => ({ expr: text, what: alert })),
    ...targets.map(({ expr: text }) => ({ expr: text, what: text })),
  ]) {
    it(`asks for what there is: ${what}`, () => {
      const { asked, groupedBy } = askedIn(expr);
      assert.ok(asked.length > 0);
      for (const each of asked) {
        const figure = figureOf(each) ?? assert.fail(`no metric ${each.metric}`);
        for (const label of [...groupedBy, ...each.matchers.map(({ label: name }) => name)]) {
          assert.ok([...figure.labelNames, ...ALWAYS].includes(label), `${each.metric} has no label ${label}`);
        }
        for (const { label, value } of each.matchers) {
          const isKnown = value.split("|").every((one) => figure.help.includes(one)); // of a regex, each
          assert.ok(label === "code" || isKnown, `${each.metric}: ${label} is never ${value}`);
        }
      }
    });
  }

  it("names only labels in legends that the figure has", () => {
    for (const { expr, legendFormat } of targets) {
      const { asked, groupedBy } = askedIn(expr);
      for (const [, label = ""] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) {
        assert.ok(groupedBy.includes(label) || (groupedBy.length === 0 && ALWAYS.includes(label)), `${expr}: ${label}`);
      }
      assert.ok(asked.length > 0);
    }
  });

  it("gives every panel an id of its own", () => {
    assert.equal(new Set(dashboard.panels.map(({ id }) => id)).size, dashboard.panels.length);
  });

  it("has a paragraph of the manual for every alert, and none for others", () => {
    const manual = readFileSync(join(import.meta.dirname, "../docs/operate.md"), "utf8");
    const headings = [...manual.matchAll(/^### (Landlord\w+)$/gm)].map(([, name]) => name);
    assert.deepEqual(
      headings,
      alerts.map(({ alert }) => alert),
    );
    for (const { alert, annotations, labels } of alerts) {
      assert.equal(annotations.runbook, `docs/operate.md#${alert.toLowerCase()}`);
      assert.ok(["critical", "warning", "info"].includes(labels.severity));
      for (const [, label = ""] of annotations.summary.matchAll(/\$labels\.(\w+)/g)) {
        const { groupedBy } = askedIn(alerts.find((each) => each.alert === alert)?.expr ?? "");
        assert.ok(groupedBy.includes(label), `${alert}: ${label}`);
      }
    }
  });

  it("is what promtool takes, where there is one", async (t) => {
    if (spawnSync("promtool", ["--version"]).status !== 0)
      return t.diagnostic("not looked at: there is no promtool here");
    const file = join(await scratch(t), "rules.yaml");
    writeFileSync(file, stringify(rules.spec));
    const { status, stdout, stderr } = spawnSync("promtool", ["check", "rules", file], { encoding: "utf8" });
    assert.equal(status, 0, stdout + stderr);
  });
});
