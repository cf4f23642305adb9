// The command blocks of a page in docs/, in order: what stands indented by four spaces, outside of lists and fences.
const INDENT = "    ";

export interface Block {
  /** The heading it stands under, without the marks. */
  heading: string;
  line: number;
  /** What a reader pastes. */
  command: string;
  /** What the page shows below it, for blocks whose commands begin with `$ `; `…` stands for anything. */
  output?: string;
  /** From `<!-- not here: why -->` above the block: it is for clusters that have more than a sandbox. */
  notHere?: string;
}

/** All blocks of a page. A block with `$ ` in front is a command and its answer. */
export function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  let heading = "";
  let notHere: string | undefined;
  let open: { line: number; lines: string[] } | undefined;
  const close = (): void => {
    if (open === undefined) return;
    blocks.push({ heading, line: open.line, ...read(open.lines), ...(notHere === undefined ? {} : { notHere }) });
    [open, notHere] = [undefined, undefined];
  };
  const lines = page.split("\n");
  for (const [index, text] of lines.entries()) {
    if (text.startsWith(INDENT)) (open ??= { line: index + 1, lines: [] }).lines.push(text.slice(INDENT.length));
    else if (text === "" && open !== undefined && lines[index + 1]?.startsWith(INDENT) === true) {
      if (lines[index + 1]?.startsWith(`${INDENT}$ `) === true) close();
      else open.lines.push("");
    } else close();
    heading = /^#+ (.*)$/.exec(text)?.[1] ?? heading;
    notHere = /^<!-- not here: (.*) -->$/.exec(text)?.[1] ?? notHere;
  }
  close();
  return blocks;
}

function read(lines: readonly string[]): Pick<Block, "command" | "output"> {
  const [first = "", ...output] = lines;
  return first.startsWith("$ ")
    ? { command: first.slice(2), output: output.join("\n").trimEnd() }
    : { command: lines.join("\n").trimEnd() };
}

/** Whether `said` is what the page shows, where `…` stands for anything. */
export function isAsShown(said: string, shown: string): boolean {
  const pattern = shown
    .split("…")
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join("[^]*");
  return new RegExp(`^${pattern}$`).test(said.trimEnd());
}
