// JSON logs on stdout, one object a line (pino). Not for people's terminals: commands print through their own output.
import { type DestinationStream, pino } from "pino";
import type { Log } from "./model/log.ts";

export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A log of `level` and above; `destination` is stdout unless a test wants the lines. Times are RFC 3339, levels are words. */
export function createLog(level: LogLevel, destination?: DestinationStream): Log {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    messageKey: "message",
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
