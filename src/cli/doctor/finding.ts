// What a check has found: how bad it is, a sentence, and the command that mends it. And what all findings come to.

export type Status = "ok" | "warning" | "problem" | "unknown";

/** `command` is empty only where nothing is to be done; it is text for a person to read and run, and is never run here. */
export interface Finding {
  status: Status;
  message: string;
  command: string;
}

export const ok = (message: string): Finding => ({ status: "ok", message, command: "" });
export const warning = (message: string, command: string): Finding => ({ status: "warning", message, command });
export const problem = (message: string, command: string): Finding => ({ status: "problem", message, command });
export const unknown = (message: string, command: string): Finding => ({ status: "unknown", message, command });

/** 0: healthy, perhaps with warnings. 1: a problem was found. 2: none was, but not everything can be told. */
export function exitCode(findings: readonly Pick<Finding, "status">[]): 0 | 1 | 2 {
  if (findings.some(({ status }) => status === "problem")) return 1;
  return findings.some(({ status }) => status === "unknown") ? 2 : 0;
}

const MOST = 20;

/** The first of many findings of one kind, and one that says how many more there are. */
export function bounded(findings: readonly Finding[], command: string): Finding[] {
  const worst = findings.find(({ status }) => status === "problem")?.status ?? "warning";
  if (findings.length <= MOST) return [...findings];
  const more = { status: worst, message: `and ${findings.length - MOST} more`, command };
  return [...findings.slice(0, MOST), more];
}
