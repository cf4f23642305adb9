// Reads one patch of a kustomization as kustomize 5 does, or refuses it where that is not certain.
//
// kustomize trims the text of Unicode blanks, reads it as objects to merge, and failing that as JSON 6902 operations: JSON if the
// first character is "[", else the first document of YAML. It cuts documents at lines that begin with "---", whatever they are in.
import { type Operation, parseOperation } from "./operation.ts";
import { isStrictObject, readStrictYaml, type StrictObject } from "./strict-yaml.ts";
import { UnreadableYaml } from "./yaml-source.ts";

export type PatchText =
  | { operations: readonly Operation[]; aliasNodes: number }
  | { documents: readonly StrictObject[]; aliasNodes: number }
  /** Why it cannot be read, as the end of a sentence; holds nothing of the text. */
  | { refusal: string };

const MAX_DOCUMENTS = 100;
/** What YAML 1.1 alone takes for line ends (CR, U+0085, U+2028, U+2029), and what one reader drops or rejects and another takes. */
// oxlint-disable-next-line no-control-regex -- control characters are what it is about
const STRANGE = /[\0-\x08\x0B-\x1F\x7F-\x9F\u2028\u2029\uFEFF\uFFFE\uFFFF]/;
const MARKER = /^---.*$/gm;
const BAD_MARKER = /^---(?! *$| +#).*$/m;
const END_OR_DIRECTIVE = /^(?:\.\.\.|%)/m;

export function readPatchText(text: string): PatchText {
  try {
    return parse(trimmed(text.replaceAll("\r\n", "\n")));
  } catch (error) {
    if (error instanceof UnreadableYaml) return { refusal: error.message };
    throw error;
  }
}

function trimmed(text: string): string {
  if (STRANGE.test(text) || !text.isWellFormed()) {
    throw new UnreadableYaml("has a control character, half a character, or a line end other than the line feed");
  }
  const rest = text.trimStart();
  const body = rest.trimEnd();
  const head = text.slice(0, text.length - rest.length);
  const tail = rest.slice(body.length);
  if (body === "") throw new UnreadableYaml("is empty");
  if (/[^ \t\n]/.test(head + tail)) throw new UnreadableYaml("begins or ends with an unusual blank");
  // The blanks before the first line go, and those before the others stay.
  if (/[ \t]$/.test(head) && !body.startsWith("#") && !isJson(body))
    throw new UnreadableYaml("has a first line that is indented");
  return body;
}

function parse(text: string): PatchText {
  const json = isJson(text);
  if (text.startsWith("[") && !json) throw new UnreadableYaml('begins with "[", which stands for JSON, and is none');
  const read = (json ? [text] : documentsOf(text)).map((document) => readStrictYaml(document, { isJson: json }));
  const values = read.flatMap(({ value }) => (value === undefined ? [] : [value]));
  const aliasNodes = read.reduce((sum, document) => sum + document.aliasNodes, 0);
  const [first, ...more] = values;
  if (first === undefined) throw new UnreadableYaml("is empty");
  if (values.every(isStrictObject)) return { documents: values.map(mergeable), aliasNodes };
  if (!Array.isArray(first)) throw new UnreadableYaml("is neither an object to merge nor a list of operations");
  if (more.length > 0) throw new UnreadableYaml("has a list of operations and other documents");
  return { operations: first.map(parseOperation), aliasNodes };
}

function isJson(text: string): boolean {
  if (!text.startsWith("[") && !text.startsWith("{")) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The texts between the markers; those of blanks alone are left out. */
function documentsOf(text: string): string[] {
  if (END_OR_DIRECTIVE.test(text)) throw new UnreadableYaml('has a line that begins with "..." or "%"');
  if (BAD_MARKER.test(text)) throw new UnreadableYaml('has more than a comment after "---"');
  const documents = text.split(MARKER).filter((document) => document.trim() !== "");
  if (documents.length > MAX_DOCUMENTS) throw new UnreadableYaml(`has more than ${MAX_DOCUMENTS} documents`);
  return documents;
}

/** What kustomize looks at in an object to merge has its type, or is not there. */
function mergeable(object: StrictObject): StrictObject {
  const { apiVersion = "", kind = "", metadata = {} } = object;
  if (typeof apiVersion !== "string" || typeof kind !== "string") {
    throw new UnreadableYaml("has an apiVersion or kind that is not surely a text");
  }
  if (!isStrictObject(metadata)) throw new UnreadableYaml("has metadata that are no object");
  const { annotations = null } = metadata;
  if (annotations !== null && !isStrictObject(annotations))
    throw new UnreadableYaml("has annotations that are no object");
  return object;
}
