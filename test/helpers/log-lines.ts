// Every constant message that the source logs at info and above, read from its text.
import { globSync, readFileSync } from "node:fs";

export interface LogCall {
  file: string;
  level: string;
  /** One, or several where the call chooses; none where the message is no constant. */
  messages: string[];
}

const CALL = /\blog\??\.(info|warn|error|fatal)\(/g;

export function logCalls(root: string): LogCall[] {
  return globSync("{src,webhooks,certs}/**/*.ts", { cwd: root }).flatMap((file) => {
    const text = readFileSync(`${root}/${file}`, "utf8");
    return [...text.matchAll(CALL)].map(({ 0: head, 1: level = "", index }) => {
      const args = argumentsAt(text, index + head.length);
      return { file, level, messages: [...(args[1] ?? "").matchAll(/"([^"]*)"/g)].map(([, message = ""]) => message) };
    });
  });
}

/** The arguments of a call, as text, from behind its bracket on. */
export function argumentsAt(text: string, start: number): string[] {
  const args = [""];
  let [depth, quote] = [0, ""];
  for (const char of text.slice(start)) {
    if (quote === "" && depth === 0 && char === ")") break;
    if (quote === "" && depth === 0 && char === ",") {
      args.push("");
      continue;
    }
    args.push((args.pop() ?? "") + char);
    if (quote !== "") quote = char === quote ? "" : quote;
    else if ("\"'`".includes(char)) quote = char;
    else if ("([{".includes(char)) depth++;
    else if (")]}".includes(char)) depth--;
  }
  return args.map((arg) => arg.trim()).filter((arg) => arg !== "");
}
