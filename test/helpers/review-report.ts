// A report with one of everything, for the tests of the formats.
import type { Report } from "../../src/cli/review/formats/format.ts";
import type { Finding, Reviewed, Verdict } from "../../src/cli/review/verdict.ts";

export const finding = (rule: string, message: string, field = "spec.targetNamespace"): Finding => ({
  rule,
  field,
  found: '"kube-system"',
  allowed: '"team-a"',
  message,
  remedy: "mend it",
});

const verdict = (document: number, more: Partial<Verdict>): Verdict => ({
  source: "apps/a b.yaml",
  document,
  kind: "Kustomization",
  namespace: "team-a",
  name: `app-${document}`,
  allowed: true,
  outcome: "allowed",
  violations: [],
  warnings: [],
  ...more,
});

const place = { text: "", line: 10, nth: 0, path: [] };

export const EVERYTHING: readonly Reviewed[] = [
  { verdict: verdict(1, {}), place },
  {
    verdict: verdict(2, {
      allowed: false,
      outcome: "denied",
      violations: [finding("K2", 'K2 <is> "kube-system" & more'), finding("unknown-namespace", "whose?", "")],
      warnings: [{ ...finding("K6", "K6 is odd", "spec.healthChecks[0].namespace"), why: "would-deny" }],
    }),
    place,
  },
  { verdict: verdict(3, { warnings: [{ ...finding("K6", "K6 is odd too"), why: "would-deny" }] }), place },
  { verdict: verdict(4, { kind: "ConfigMap", outcome: "not-judged", reason: "no rule is about its kind" }), place },
  {
    verdict: verdict(5, {
      kind: "",
      namespace: "",
      name: "",
      allowed: false,
      outcome: "unreadable",
      reason: "is not \u0007YAML",
    }),
    line: 40,
  },
  {
    verdict: {
      ...verdict(0, {
        kind: "",
        namespace: "",
        name: "",
        allowed: false,
        outcome: "unreadable",
        reason: "no such file",
      }),
      source: "/tmp/gone.yaml",
    },
  },
];

export function report(reviewed: readonly Reviewed[] = EVERYTHING): Report {
  const rule = {
    id: "K2",
    name: "target-namespace",
    chapter: "",
    what: "What.",
    why: "Why.",
    examples: [],
    remedy: "Mend.",
    markdown: "**What.**",
  };
  return { reviewed, lineOf: (_, field) => (field === "" ? undefined : 12), rules: () => [rule] };
}
