// Which figures a PromQL expression asks for, and by which labels. It knows as much of the language as the rules here need.
export interface Asked {
  metric: string;
  matchers: { label: string; value: string }[];
}

const CALL_OR_WORD = /^(by|unless|and|or|on|ignoring)$/;
const GROUPING = /\bby \(([^)]*)\)/g;
const SELECTOR = /([a-z_][a-z0-9_]*)(?:\{([^}]*)\})?(\s*\()?/g;
const MATCHER = /(\w+)(?:=~|!~|!=|=)"([^"]*)"/g;

export function askedIn(expression: string): { asked: Asked[]; groupedBy: string[] } {
  const groupedBy = [...expression.matchAll(GROUPING)].flatMap(([, list = ""]) => list.split(/,\s*/));
  const bare = expression.replaceAll(GROUPING, "").replaceAll(/\[\w+\]/g, "");
  const asked = [...bare.matchAll(SELECTOR)]
    .filter(([, word = "", , isCall]) => isCall === undefined && !CALL_OR_WORD.test(word))
    .map(([, metric = "", matchers = ""]) => ({
      metric,
      matchers: [...matchers.matchAll(MATCHER)].map(([, label = "", value = ""]) => ({ label, value })),
    }));
  return { asked, groupedBy };
}
