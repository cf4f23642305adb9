// What unquoted YAML scalars are to readers of YAML 1.1 and 1.2 alike. Where they differ (`y`, `0o14`, `12:30`), nothing is certain.

/** Numbers of all bases, sexagesimal ones, and times. go-yaml drops underscores before it looks. */
const NUMBER_OR_TIME = /^(?:[-+.][-+._]*)?\d[-+.:\d_a-fA-FoOxXpPtTzZ ]*$/;
/** Truth values, nothing, `=` and the merge key of YAML 1.1, in more spellings than any reader knows. */
const WORD = /^(?:~|=|<<|y|n|yes|no|on|off|true|false|null|[-+]?\.(?:inf|nan))$/i;
/** Within brackets readers end a plain scalar at different characters: only what none of them minds. */
const IN_BRACKETS = /^[\w\p{L}./$+-](?:[\w\p{L}./$+=@%()~ -]|:(?=[\w/]))*$/u;
/** Without a tab. What may begin it, and `: ` and ` #` in it, is settled by the parser. */
const IN_BLOCK = /^[^\t]+$/;

/** True if every reader takes it for a string. */
export function isSurelyString(plain: string): boolean {
  return !WORD.test(plain) && !NUMBER_OR_TIME.test(plain);
}

/** True if every reader takes these characters, and no more, for one scalar. */
export function isSurelyWhole(plain: string, { inBrackets }: { inBrackets: boolean }): boolean {
  return (inBrackets ? IN_BRACKETS : IN_BLOCK).test(plain);
}
