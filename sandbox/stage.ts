// How the demo speaks: acts, commands and what came of them; coloured on a terminal, plain in a pipe. It also keeps count of what went wrong.
import { styleText } from "node:util";

export interface Stage {
  act(title: string): void;
  say(text: string): void;
  /** A command as a person would type it. */
  command(line: string): void;
  /** What a program printed, indented; long lines are folded. */
  output(text: string): void;
  /** One line with a tick or a cross; a cross is remembered. */
  check(ok: boolean, text: string): void;
  failures(): number;
}

const WIDTH = 150;

export function createStage(stream: NodeJS.WriteStream): Stage {
  const colour = stream.isTTY;
  const paint = (style: Parameters<typeof styleText>[0], text: string): string =>
    colour ? styleText(style, text) : text;
  const line = (text: string): void => void stream.write(`${text}\n`);
  let failed = 0;
  return {
    act: (title) => line(`\n${paint("bold", title)}`),
    say: (text) => line(`  ${text}`),
    command: (text) => line(`  ${paint("cyan", `$ ${text}`)}`),
    output(text) {
      for (const part of text.trimEnd().split("\n").flatMap(fold)) line(`    ${paint("dim", part)}`);
    },
    check(ok, text) {
      if (!ok) failed++;
      line(`  ${ok ? paint("green", "ok") : paint("red", "NOT OK")} ${text}`);
    },
    failures: () => failed,
  };
}

/** Breaks a line at blanks so that it fits a terminal. */
function fold(text: string): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > WIDTH) {
    const blank = rest.lastIndexOf(" ", WIDTH);
    const at = blank > 0 ? blank : WIDTH;
    lines.push(rest.slice(0, at));
    rest = rest.slice(at).trimStart();
  }
  return [...lines, rest];
}
