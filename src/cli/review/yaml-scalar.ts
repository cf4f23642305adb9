// What an unquoted YAML scalar means to kubectl: go-yaml v2's reading of YAML 1.1, which js-yaml's schemas are close to, but not the same.

export type Scalar = string | number | boolean | null;

const WORDS = new Map<string, boolean | null>([
  ...spelled(["y", "yes", "true", "on"], true),
  ...spelled(["n", "no", "false", "off"], false),
  ...spelled(["", "~", "null"], null),
]);
const INTEGER = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const NO_JSON_NUMBER = /^[-+]?\.(?:inf|Inf|INF)$|^\.(?:nan|NaN|NAN)$/;

/** The value of an unquoted scalar. Undefined: a number that JSON does not know, so that kubectl refuses it. */
export function resolveScalar(plain: string): Scalar | undefined {
  const word = WORDS.get(plain);
  if (word !== undefined) return word;
  if (NO_JSON_NUMBER.test(plain)) return undefined;
  if (!/^[-+.0-9]/.test(plain)) return plain;
  // a leading dot is not looked at as an integer, and its underscores stay
  const digits = plain.startsWith(".") ? plain : plain.replaceAll("_", "");
  const number = integer(digits) ?? (FLOAT.test(digits) ? Number(digits) : Number.NaN);
  return Number.isFinite(number) ? number : plain;
}

function integer(digits: string): number | undefined {
  const [, sign, hexadecimal, binary, octal, decimal] = INTEGER.exec(digits) ?? [];
  if (sign === undefined) return undefined;
  const size =
    hexadecimal !== undefined
      ? Number(`0x${hexadecimal}`)
      : binary !== undefined
        ? Number(`0b${binary}`)
        : octal !== undefined
          ? Number(`0o${octal}`)
          : Number(decimal);
  return sign === "-" && size !== 0 ? -size : size;
}

/** As they are, with a capital, and in capitals: `yes`, `Yes`, `YES`. */
function spelled<Value>(words: readonly string[], value: Value): [string, Value][] {
  return words.flatMap((word) =>
    [word, word.charAt(0).toUpperCase() + word.slice(1), word.toUpperCase()].map((form): [string, Value] => [
      form,
      value,
    ]),
  );
}
