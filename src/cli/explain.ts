// `landlord explain`: what a rule wants, why, and how to satisfy it; or what a denial that somebody was shown means.
import { oneLine } from "../../webhooks/text.ts";
import { type Command, type CommandDeps, textOf, UsageError } from "./command.ts";
import { readDenial } from "./explain/denial-text.ts";
import { type ObjectionDoc, objectionDocs } from "./explain/objections.ts";
import { findRules, type Rule, ruleDocs } from "./explain/rule-docs.ts";

/** Of a pasted text. */
const MOST_BYTES = 1_000_000;

export const explain: Command = {
  name: "explain",
  summary: "Explain a rule, or a denial: what, why, an example, and the remedy.",
  arguments: [
    {
      name: "rule",
      about: "id or name of a rule, such as K2 or target-namespace; without it all are listed",
      optional: true,
    },
  ],
  options: [
    {
      flags: "--denial [text]",
      about: "explain the text of a denial, as kubectl or Flux shows it; without text from standard input",
    },
  ],
  async run(given, deps) {
    const asked = textOf(given, "rule");
    const { denial } = given;
    if (denial !== undefined && asked !== "")
      throw new UsageError("either a rule or --denial: put the denial's text in quotes");
    if (denial !== undefined)
      return explainDenial(typeof denial === "string" ? denial : String(await deps.stdin(MOST_BYTES)), deps);
    return asked === "" ? list(deps) : explainRule(asked, deps);
  },
};

function list({ out }: CommandDeps): number {
  const rules = ruleDocs();
  const width = Math.max(0, ...rules.map(({ id, name }) => id.length + name.length + 1));
  for (const { id, name, what } of rules) out(`${`${id} ${name}`.padEnd(width)}  ${firstSentence(what)}`);
  for (const { id, what } of objectionDocs) out(`${id.padEnd(width)}  ${what}`);
  return 0;
}

function explainRule(asked: string, { out, error }: CommandDeps): number {
  const rules = findRules(ruleDocs(), asked);
  const objection = objectionDocs.find(({ id }) => id === asked.toLowerCase());
  if (rules.length === 0 && objection === undefined) {
    error(`landlord: there is no rule ${JSON.stringify(oneLine(asked, 64))}: landlord explain lists them`);
    return 2;
  }
  out(
    [...rules.map((rule) => ruleText(rule)), ...(objection === undefined ? [] : [objectionText(objection)])].join(
      "\n\n",
    ),
  );
  return 0;
}

function explainDenial(text: string, { out, error }: CommandDeps): number {
  const documented = new Map(ruleDocs().map((rule) => [rule.id, rule]));
  const { rules, objections } = readDenial(text, new Set(documented.keys()));
  if (rules.length + objections.length === 0) {
    error("landlord: nothing of Landlord's is in this text: it says things like K2 spec.targetNamespace is …");
    return 1;
  }
  const byId = Map.groupBy(rules, ({ id }) => id);
  const texts = [...byId].flatMap(([id, found]) => {
    const rule = documented.get(id);
    return rule === undefined
      ? []
      : [
          ruleText(
            rule,
            found.map(({ field }) => field),
          ),
        ];
  });
  out([...texts, ...objections.map(objectionText)].join("\n\n"));
  return 0;
}

/** `fields`: those of the object that the rule was about. */
function ruleText({ id, name, what, why, examples, remedy }: Rule, fields: readonly string[] = []): string {
  const here = fields.length === 0 ? "" : `Here it is about: ${fields.map((field) => oneLine(field, 128)).join(", ")}`;
  return [
    `${id} ${name}`,
    here,
    what,
    why,
    ...examples.map(({ label, text }) => `${label}:\n${indented(text)}`),
    remedy === "" ? "" : `Remedy: ${remedy}`,
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function objectionText({ id, what, why, remedy }: ObjectionDoc): string {
  return [id, what, why, `Remedy: ${remedy}`].join("\n\n");
}

const indented = (text: string): string => text.replaceAll(/^(?=.)/gm, "    ");

const firstSentence = (text: string): string => oneLine(/^.*?[.](?=\s|$)/s.exec(text)?.[0] ?? text, 160);
