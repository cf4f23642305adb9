// The rules of the house, as functions over a tree of files: floors, cycles, doorkeepers, tests, names. Used by architecture.test.ts.
import { dirname, join, normalize } from "node:path/posix";

/** Path from the checkout's root to source text. */
export type Tree = ReadonlyMap<string, string>;

/** Rooms by floor, lowest first. A folder with a trailing slash is one room; a file is a room of its own. */
export const FLOORS: readonly { name: string; rooms: readonly string[] }[] = [
  { name: "words", rooms: ["src/model/"] },
  { name: "rules", rooms: ["webhooks/", "certs/"] },
  {
    name: "hands",
    rooms: ["src/kube/", "src/clients/", "src/tenants/", "src/policy/", "src/log.ts", "src/metrics.ts"],
  },
  {
    name: "work",
    rooms: [
      "src/initializer/",
      "src/aiven/",
      "src/credstash/",
      "src/generator/",
      "src/kcp/",
      "src/status/",
      "src/survey/",
      "src/tls/",
    ],
  },
  { name: "doors", rooms: ["src/http/", "src/cli/"] },
  {
    name: "roof",
    rooms: [
      "src/main.ts",
      "src/cli.ts",
      "src/bin.cjs",
      "src/config.ts",
      "src/setting.ts",
      "src/settings.ts",
      "src/registry.ts",
      "src/lifecycle.ts",
      "src/service/",
    ],
  },
];

/** Rooms that others of their own floor may use: everybody logs and counts. */
const SHARED_ON_THEIR_FLOOR = ["src/log.ts", "src/metrics.ts"];
/** Files of the roof may use each other. */
const OPEN_FLOORS = ["roof"];

/** Each library and the places that may import it; a library that is not here may not be imported at all. */
export const DOORKEEPERS: Readonly<Record<string, readonly string[]>> = {
  "@kubernetes/client-node": ["src/kube/"],
  undici: ["src/kube/"],
  express: ["src/http/"],
  jsonpatch: ["webhooks/patch.ts"],
  "js-yaml": ["webhooks/patch-text/", "src/cli/review/"],
  "node-forge": ["certs/"],
  pino: ["src/log.ts"],
  "prom-client": ["src/metrics.ts"],
  zod: ["src/setting.ts", "src/settings.ts", "src/tenants/row.ts", "src/policy/"],
  commander: ["src/cli.ts"],
  "cassandra-driver": ["src/tenants/keyspaces.ts"],
  yaml: ["src/tenants/file.ts", "src/policy/yaml-text.ts", "src/cli/"],
  "@aws-sdk/credential-providers": ["src/clients/"],
};

const FORBIDDEN_NAMES = ["utils", "util", "helpers", "helper", "common", "manager", "base", "types", "misc"];
const IMPORT =
  /^\s*(?:import|export)\b[^"'`;]*?\bfrom\s*["']([^"']+)["']|^\s*import\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)/gm;
const TYPES_ONLY = /^(?:\s|\/\/.*|\/\*[\s\S]*?\*\/|import type [^;]*;|export (?:interface|type) )/;

export interface Import {
  from: string;
  /** A path within the tree, or the name of a library. */
  to: string;
  local: boolean;
}

/** Every import of every file of the three source roots. */
export function importsOf(tree: Tree): Import[] {
  return sources(tree).flatMap(([from, text]) =>
    [...text.matchAll(IMPORT)].map((match) => {
      const specifier = match[1] ?? match[2] ?? match[3] ?? "";
      const local = specifier.startsWith(".");
      return { from, to: local ? normalize(join(dirname(from), specifier)) : libraryOf(specifier), local };
    }),
  );
}

/** Imports that go up, or sideways into another room. */
export function upwardImports(tree: Tree): string[] {
  return importsOf(tree)
    .filter(({ from, to, local }) => local && !mayImport(from, to))
    .map(({ from, to }) => `${from} imports ${to}: ${describeFloor(from)} may not look at ${describeFloor(to)}`);
}

function mayImport(from: string, to: string): boolean {
  const [a, b] = [placeOf(from), placeOf(to)];
  if (a === undefined || b === undefined) return false;
  if (b.floor < a.floor || a.room === b.room) return true;
  if (b.floor > a.floor) return false;
  return SHARED_ON_THEIR_FLOOR.includes(b.room) || OPEN_FLOORS.includes(FLOORS[a.floor]?.name ?? "");
}

/** Files that belong to no room. */
export function homelessFiles(tree: Tree): string[] {
  return sources(tree)
    .map(([path]) => path)
    .filter((path) => placeOf(path) === undefined)
    .map((path) => `${path} is in no room of the house`);
}

/** Each cycle once, as a chain of paths. */
export function importCycles(tree: Tree): string[] {
  const edges = new Map<string, string[]>();
  for (const { from, to, local } of importsOf(tree)) if (local) edges.set(from, [...(edges.get(from) ?? []), to]);
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (at: string, trail: readonly string[]): void => {
    const seen = trail.indexOf(at);
    if (seen >= 0) cycles.push([...trail.slice(seen), at].join(" -> "));
    if (seen >= 0 || done.has(at)) return;
    for (const next of edges.get(at) ?? []) visit(next, [...trail, at]);
    done.add(at);
  };
  for (const from of edges.keys()) visit(from, []);
  return cycles;
}

/** Libraries outside their doorkeepers, libraries nobody keeps, and the environment read elsewhere than in config. */
export function strayLibraries(tree: Tree): string[] {
  const libraries = importsOf(tree)
    .filter(({ to, local }) => !local && !to.startsWith("node:"))
    .filter(
      ({ from, to }) => !(Object.hasOwn(DOORKEEPERS, to) && DOORKEEPERS[to]?.some((place) => from.startsWith(place))),
    )
    .map(({ from, to }) => `${from} imports ${to}: ${DOORKEEPERS[to]?.join(", ") ?? "nobody"} may`);
  const environment = sources(tree)
    .filter(([path, text]) => path !== "src/config.ts" && /\bprocess\.env\b|\benv\b[^;]*from "node:process"/.test(text))
    .map(([path]) => `${path} reads process.env: only src/config.ts may`);
  return [...libraries, ...environment];
}

/** Source files without the test that mirrors them. Family lists and files that hold types alone have none. */
export function untestedFiles(tree: Tree): string[] {
  return sources(tree)
    .filter(([path, text]) => !path.endsWith("/index.ts") && !holdsTypesOnly(text))
    .map(([path]) => [path, `test/${path.replace(/\.(ts|cjs)$/, ".test.ts")}`] as const)
    .filter(([, test]) => !tree.has(test))
    .map(([path, test]) => `${path} has no test ${test}`);
}

export function defaultExports(tree: Tree): string[] {
  return sources(tree)
    .filter(([, text]) => /^export default\b|\bas default\b/m.test(text))
    .map(([path]) => `${path} has a default export`);
}

/** Names that say nothing, and names that are not kebab-case. */
export function badNames(tree: Tree): string[] {
  return sources(tree).flatMap(([path]) =>
    path
      .replace(/\.(ts|cjs)$/, "")
      .split("/")
      .filter((part) => FORBIDDEN_NAMES.includes(part) || !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(part))
      .map((part) => `${path}: "${part}" is no name for a room or a file`),
  );
}

/** Files that do not begin by saying what they are for. */
export function unintroduced(tree: Tree): string[] {
  return sources(tree)
    .filter(([, text]) => !/^(#!.*\n)?\/\/ \S/.test(text))
    .map(([path]) => `${path} does not begin with a sentence that says what it is for`);
}

function holdsTypesOnly(text: string): boolean {
  const declarations = text
    .split("\n")
    .filter((line) => /^(export )?(async )?(const|let|function|class|enum)\b/.test(line));
  return declarations.length === 0 && TYPES_ONLY.test(text);
}

function sources(tree: Tree): [string, string][] {
  return [...tree].filter(([path]) => /^(src|webhooks|certs)\/.*\.(ts|cjs)$/.test(path));
}

function placeOf(path: string): { floor: number; room: string } | undefined {
  for (const [floor, { rooms }] of FLOORS.entries()) {
    const room = rooms.find((place) => (place.endsWith("/") ? path.startsWith(place) : path === place));
    if (room !== undefined) return { floor, room };
  }
  return undefined;
}

function describeFloor(path: string): string {
  const place = placeOf(path);
  return place === undefined ? `${path} (no room)` : `${place.room} (${FLOORS[place.floor]?.name})`;
}

const libraryOf = (specifier: string): string =>
  specifier.startsWith("node:")
    ? specifier
    : specifier
        .split("/")
        .slice(0, specifier.startsWith("@") ? 2 : 1)
        .join("/");
