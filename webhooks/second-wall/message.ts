// What a denial of the second wall says: the webhook's sentences, of all rules at once, since kube-apiserver passes on one message only.
import { type Cel, text } from "./cel.ts";
import type { Judged } from "./judged.ts";
import type { Variable } from "./variables.ts";

/** The message may have 5 KiB; what is longer would not be told at all. */
const MOST = 6;
const FIELD_LIMIT = 128;
const PART_LIMIT = 256;
const VALUE_LIMIT = 64;
const INVISIBLE = text(String.raw`[\p{C}\p{Zl}\p{Zp}]`);

/** The message's expression. */
export const MESSAGE: Cel =
  `variables.told.filter(s, variables.told.indexOf(s) < ${MOST}).join(". ")` +
  ` + (variables.told.size() > ${MOST} ? ". and " + string(variables.told.size() - ${MOST}) + " more" : "")`;

/** The variables that MESSAGE asks. They are worked out for a denial only. */
export function messageVariables(rules: readonly Judged[]): Variable[] {
  return [
    { name: "violations", expression: rules.map(violationsOf).join("\n+ ") },
    {
      name: "told",
      expression: `variables.violations.map(w, ${sentence("w.rule", "w.v")})`,
    },
  ];
}

function violationsOf({ id, excuse, found }: Judged): Cel {
  const all = `${found}.map(v, {"rule": dyn(${text(id)}), "v": dyn(v)})`;
  return excuse === undefined ? all : `(${excuse} ? [] : ${all})`;
}

function sentence(rule: Cel, v: Cel): Cel {
  const found = `(has(${v}.shown) ? string(${v}.shown) : ${shown(`${v}.found`)})`;
  const texts = [field(`${v}.field`), found, cut(`${v}.allowed`, PART_LIMIT), cut(`${v}.remedy`, PART_LIMIT)];
  const [where = "", is = "", allowed = "", remedy = ""] = texts;
  return `string(${rule}) + " " + ${where} + " is " + ${is} + "; allowed: " + ${allowed} + "; " + ${remedy}`;
}

/** Keys of a tenant's maps stand in it. */
function field(value: Cel): Cel {
  return `(${value}.matches(${INVISIBLE}) ? "a field with invisible characters" : ${cut(value, FIELD_LIMIT)})`;
}

/** As it may stand in a message: one line, cut, and nothing that a terminal would obey or hide. */
function shown(value: Cel): Cel {
  const long = `strings.quote(${value}.substring(0, ${VALUE_LIMIT})) + ${text("… (")} + string(${value}.size()) + " characters)"`;
  const quoted = `(${value}.size() > ${VALUE_LIMIT} ? ${long} : strings.quote(${value}))`;
  const string = `(${value}.matches(${INVISIBLE}) ? "a text with invisible characters" : ${quoted})`;
  const other = `(type(${value}) == list ? "a list" : type(${value}) == map ? "an object" : string(${value}))`;
  return `(${value} == null ? "missing" : type(${value}) == string ? ${string} : ${other})`;
}

function cut(value: Cel, limit: number): Cel {
  return `(${value}.size() > ${limit} ? ${value}.substring(0, ${limit - 1}) + ${text("…")} : string(${value}))`;
}
