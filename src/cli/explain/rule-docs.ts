// The rules as docs/reference/rules.md tells of them: that page is what `landlord explain` and SARIF show, there is no second text.
import { readFileSync } from "node:fs";

export interface Example {
  /** `denied`, `warned` or `allowed`, and on which condition. */
  label: string;
  text: string;
}

export interface Rule {
  /** `K2`. */
  id: string;
  /** `target-namespace`. */
  name: string;
  /** The heading above: `Kustomizations`. */
  chapter: string;
  what: string;
  /** "" where there is nothing more to say. */
  why: string;
  examples: readonly Example[];
  remedy: string;
  /** Everything below its heading, as it stands there. */
  markdown: string;
}

/** The page lies two folders above the sources, and three above the compiled output. */
const PAGES = ["../../../docs/reference/rules.md", "../../../../docs/reference/rules.md"];
const HEADING = /^##? /;
const RULE = /^## ([A-Z]\d+[a-z]?) (\S+)$/;
const CHAPTER = /^# (.+)$/;
const FENCE = /^```/;
const REMEDY = /^Remedy: */;

/** Reads the page from disk; throws if it is not where it is shipped. */
export function ruleDocs(): Rule[] {
  for (const page of PAGES) {
    try {
      return parseRules(readFileSync(new URL(page, import.meta.url), "utf8"));
    } catch {
      // not there: the next one is
    }
  }
  throw new Error("read docs/reference/rules.md: no such file beside the program");
}

export function parseRules(page: string): Rule[] {
  const sections: { chapter: string; id: string; name: string; lines: string[] }[] = [];
  let [chapter, isFenced] = ["", false];
  let section: (typeof sections)[number] | undefined;
  for (const line of page.split("\n")) {
    if (FENCE.test(line)) isFenced = !isFenced;
    if (isFenced || !HEADING.test(line)) {
      section?.lines.push(line);
      continue;
    }
    const [, id, name] = RULE.exec(line) ?? [];
    chapter = CHAPTER.exec(line)?.[1] ?? chapter;
    section = id === undefined || name === undefined ? undefined : { chapter, id, name, lines: [] };
    if (section !== undefined) sections.push(section);
  }
  return sections.map(({ lines, ...heading }) => ({
    ...heading,
    ...partsOf(lines),
    markdown: lines.join("\n").trim(),
  }));
}

/** First paragraph, the others, the fenced examples, and the remedy. */
function partsOf(lines: readonly string[]): Pick<Rule, "what" | "why" | "examples" | "remedy"> {
  const paragraphs: string[][] = [[]];
  const examples: { label: string; lines: string[] }[] = [];
  let isFenced = false;
  for (const line of lines) {
    if (FENCE.test(line)) {
      isFenced = !isFenced;
      if (isFenced) examples.push({ label: line.replace(/^```\w* ?/, "") || "example", lines: [] });
    } else if (isFenced) examples.at(-1)?.lines.push(line);
    else if (line.trim() === "") paragraphs.push([]);
    else paragraphs.at(-1)?.push(line);
  }
  const texts = paragraphs.map((paragraph) => paragraph.join(" ")).filter((text) => text !== "");
  const [what = "", ...why] = texts.filter((text) => !REMEDY.test(text));
  return {
    what,
    why: why.join("\n\n"),
    examples: examples.map(({ label, lines: own }) => ({ label, text: own.join("\n") })),
    remedy: texts.find((text) => REMEDY.test(text))?.replace(REMEDY, "") ?? "",
  };
}

/** By id or name in whatever case; `kustomization/target-namespace` where a name alone is that of several. */
export function findRules(rules: readonly Rule[], asked: string): Rule[] {
  const words = asked.trim().toLowerCase().split("/");
  const [name = "", family] = words.toReversed();
  const found = rules.filter((rule) => rule.id.toLowerCase() === name || rule.name === name);
  const ofFamily = found.filter(({ chapter }) => family !== undefined && folded(chapter).startsWith(folded(family)));
  return ofFamily.length > 0 ? ofFamily : found;
}

const folded = (text: string): string => text.toLowerCase().replaceAll(/[^a-z]/g, "");
