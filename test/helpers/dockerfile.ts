// A Dockerfile read into its stages, and built without Docker: copies into directories, and its RUN lines in them, word for word.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";

export interface Instruction {
  word: string;
  /** Without line continuations. */
  rest: string;
}

export interface Stage {
  image: string;
  name: string;
  instructions: Instruction[];
}

/** Stages in their order; what comes before the first FROM is `args`. */
export function stagesOf(text: string): { args: string[]; stages: Stage[] } {
  const lines = text.replaceAll(/\\\n\s*/g, " ").split("\n");
  const instructions = lines.flatMap((line) => {
    const [, word, rest] = /^([A-Z]+)\s+(.*)$/.exec(line.trim()) ?? [];
    return word === undefined || rest === undefined ? [] : [{ word, rest: rest.trim() }];
  });
  const stages: Stage[] = [];
  const args: string[] = [];
  for (const instruction of instructions) {
    const [, image, name = ""] = /^(\S+)(?:\s+AS\s+(\S+))?$/.exec(instruction.rest) ?? [];
    if (instruction.word === "FROM" && image !== undefined) stages.push({ image, name, instructions: [] });
    else if (stages.length === 0) args.push(instruction.rest);
    else stages.at(-1)?.instructions.push(instruction);
  }
  return { args, stages };
}

/** Whether a file of the context goes to Docker: `text` leaves everything out and then names what comes in. */
export function createIgnore(text: string): (path: string) => boolean {
  const [first, ...kept] = text.split("\n").filter((line) => line !== "");
  if (first !== "*" || kept.some((line) => !/^![\w./-]+$/.test(line)))
    throw new Error("read .dockerignore: not a list of what comes in");
  const names = kept.map((line) => line.slice(1));
  return (path) => names.some((name) => path === name || path.startsWith(`${name}/`));
}

export interface Build {
  stages: readonly Stage[];
  context: string;
  isSent: (path: string) => boolean;
  /** A root for each stage is made here, under the stage's name or its number. */
  directory: string;
  env: NodeJS.ProcessEnv;
}

/** Paths in the container that stages write to, below its root here. Throws with the command's output if one fails. */
export function build({ stages, context, isSent, directory, env }: Build): string {
  const rootOf = (stage: string): string => join(directory, stage);
  let root = "";
  for (const [index, { name, instructions }] of stages.entries()) {
    root = rootOf(name === "" ? String(index) : name);
    let workdir = "/";
    for (const { word, rest } of instructions) {
      const here = join(root, workdir);
      if (word === "WORKDIR") mkdirSync(join(root, (workdir = rest)), { recursive: true });
      else if (word === "RUN") run(rest, here, env);
      else if (word === "COPY") copy(rest, { here, context, isSent, rootOf });
    }
  }
  return root;
}

function run(command: string, cwd: string, env: NodeJS.ProcessEnv): void {
  const { status, stdout, stderr } = spawnSync("sh", ["-c", command], { cwd, env, encoding: "utf8" });
  if (status !== 0) throw new Error(`RUN ${command}: ended with ${status}\n${stdout}${stderr}`);
}

interface Copy {
  here: string;
  context: string;
  isSent: (path: string) => boolean;
  rootOf: (stage: string) => string;
}

function copy(rest: string, { here, context, isSent, rootOf }: Copy): void {
  const [first = "", ...others] = rest.split(/\s+/);
  const from = /^--from=(\S+)$/.exec(first)?.[1];
  const paths = from === undefined ? [first, ...others] : others;
  const target = join(here, paths.at(-1) ?? "");
  const intoFolder = target.endsWith("/") || paths.length > 2;
  for (const path of paths.slice(0, -1)) {
    if (from === undefined && !isSent(path)) throw new Error(`COPY ${path}: .dockerignore leaves it out`);
    const source = from === undefined ? join(context, path) : join(rootOf(from), path);
    const isFile = statSync(source).isFile();
    cpSync(source, isFile && intoFolder ? join(target, basename(path)) : target, {
      recursive: true,
      verbatimSymlinks: true,
    });
  }
}
