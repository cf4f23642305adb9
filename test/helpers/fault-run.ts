// One random scan: pages of random sizes, many of them empty, and faults before and between them, as a scripted database answers it.
import type { CqlType } from "./cql-frames.ts";
import { pageOf } from "./cql-table.ts";
import type { CqlAnswer, Page, Respond, SeenQuery } from "./scripted-cql.ts";
import type { Chance } from "./seeded.ts";
import { numberedRow } from "./tenant-rows.ts";

export interface FaultRun {
  /** Every tenant id that a complete scan gives. */
  ids: string[];
  respond: Respond;
  /** Nothing happens that more tries would not mend. */
  mendable: boolean;
  /** What was played, for the message of a failure. */
  story: string[];
}

/** Faults that pass by. Each page has fewer of them than there are tries. */
const PASSING = [0x0000, 0x1000, 0x1001, 0x1002, 0x1003, 0x1100, 0x1200, 0x1300];
const LASTING = [0x2000, 0x2100, 0x2200, 0x2300, 0x000a];

export function faultRun(chance: Chance, tries: number): FaultRun {
  const pages = randomPages(chance);
  const ids = pages.flatMap(({ rows }) => rows.map(([id]) => String(id)));
  const story: string[] = [];
  let mendable = true;
  // a connection that is lost may cost two tries: the one that sees it, and the one that finds no connection
  const answers = pages.map((page) => {
    const before: CqlAnswer[] = Array.from({ length: chance.below(Math.floor(tries / 2)) }, () =>
      passing(chance, page),
    );
    const lasting = chance.happens(0.04) ? lastingFault(chance, page, story) : undefined;
    if (lasting !== undefined) mendable = false;
    story.push(
      `${page.rows.length} rows after ${before.map((each) => JSON.stringify(each).slice(0, 40)).join("|") || "no fault"}`,
    );
    return [...before, lasting ?? whole(chance, page)];
  });
  const respond = ({ pageState = "p0" }: SeenQuery): CqlAnswer => {
    const left = answers[Number(pageState.slice(1))];
    if (left === undefined) return { error: 0x000a, text: "no such page" };
    // an answer that was given may be asked for again: a slow client may not have got it
    return left.length > 1 ? left.shift()! : left[0]!;
  };
  return { ids, respond, mendable, story };
}

function randomPages(chance: Chance): Page[] {
  let number = 0;
  const count = 1 + chance.below(7);
  return Array.from({ length: count }, (_, index) => {
    const size = chance.happens(0.4) ? 0 : 1 + chance.below(4);
    const rows = Array.from({ length: size }, () => numberedRow(number++));
    return pageOf(rows, index < count - 1 ? `p${index + 1}` : undefined);
  });
}

/** The page in the end, perhaps slowly, perhaps in pieces. */
function whole(chance: Chance, page: Page): CqlAnswer {
  if (chance.happens(0.05)) return { slow: 1 + chance.below(3), of: { page } };
  if (chance.happens(0.1)) return { pieces: 20 + chance.below(200), of: { page } };
  return { page };
}

function passing(chance: Chance, page: Page): CqlAnswer {
  const kind = chance.next();
  if (kind < 0.1) return "drop";
  if (kind < 0.2) return { dropAfter: chance.below(120), of: { page } };
  if (kind < 0.205) return "hang";
  return { error: chance.pick(PASSING) };
}

/** Answers after which a scan must fail, however often it is tried. */
function lastingFault(chance: Chance, page: Page, story: string[]): CqlAnswer {
  const [kind, answer] = chance.pick<[string, CqlAnswer]>([
    ["a lasting error", { error: chance.pick(LASTING) }],
    ["no rows at all", "void"],
    ["more, but no state", { page: { ...page, next: null } }],
    ["more, and an empty state", { page: { ...page, next: "" } }],
    ["the same state again and again", { page: { columns: page.columns, rows: [], next: "p0" } }],
    [
      "a column that is missing",
      { page: { ...without(page), ...(page.next === undefined ? {} : { next: page.next }) } },
    ],
    ["a column of another type", { page: { ...page, columns: retyped(page), rows: [] } }],
    ["a tenant twice", { page: { ...page, rows: [...page.rows, numberedCells(0), numberedCells(0)] } }],
    ["an error each time", { error: chance.pick(PASSING) }],
  ]);
  story.push(kind);
  return answer;
}

const numberedCells = (number: number): unknown[] => pageOf([numberedRow(number)]).rows[0]!;
const without = ({ columns, rows }: Page): Page => ({
  columns: columns.slice(1),
  rows: rows.map((row) => row.slice(1)),
});
const retyped = ({ columns }: Page): [string, CqlType][] =>
  columns.map(([name, type]) => [name, name === "labels" ? "list<text>" : type]);
