// JSON pointers of RFC 6901 as a patch library walks them: decoded, or refused where it and the standard differ.

/** Keys from the object's root; [] is the object itself. */
export type Pointer = readonly string[];

const BAD_ESCAPE = /~(?![01])/;

/** Undefined: not a pointer. The library drops all that stands before the first "/" and leaves unknown escapes as they are. */
export function parsePointer(text: string): Pointer | undefined {
  if (text === "") return [];
  if (!text.startsWith("/") || BAD_ESCAPE.test(text)) return undefined;
  return text.slice(1).split("/").map(decode);
}

function decode(token: string): string {
  return token.includes("~") ? token.replaceAll("~1", "/").replaceAll("~0", "~") : token;
}

export function formatPointer(pointer: Pointer): string {
  return pointer.map((token) => `/${token.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
