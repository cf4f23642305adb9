// How the text of a setting is read: small zod schemas from text to value, each with a message that says what is allowed.
import { isIP } from "node:net";
import { z } from "zod";
import { isEverybodys, NOT_EVERYBODY } from "./model/everybody.ts";
import { DNS_LABEL, isDnsSubdomain } from "./model/names.ts";
import { Sealed } from "./model/sealed.ts";

const LABEL_KEY = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/** One setting: how its text is read, what stands where it is not set, and what the documentation says of it. */
export interface Setting<T> {
  read: z.ZodType<T, string>;
  /** Text, as it would be set; undefined: it may be left out. */
  fallback?: string;
  about: string;
  /** Its value is never shown, in no message. */
  secret?: true;
}

export function setting<T>(read: z.ZodType<T, string>, fallback: string | undefined, about: string): Setting<T> {
  return { read, about, ...(fallback === undefined ? {} : { fallback }) };
}

/** The same for a value that nobody may see. */
export function secretSetting(about: string): Setting<Sealed> {
  return { read: text().transform((given) => new Sealed(given)), about, secret: true };
}

/** Any text that is not empty, at most `most` characters. */
export function text(most = 4096): z.ZodType<string, string> {
  return z.string().min(1).max(most, `must be at most ${most} characters`);
}

/** A group or a user of the platform. */
export function adminName(): z.ZodType<string, string> {
  return text().refine((given) => !isEverybodys(given), NOT_EVERYBODY);
}

export function oneOf<const T extends string>(values: readonly T[]): z.ZodType<T, string> {
  const isOne = (given: string): given is T => values.some((value) => value === given);
  return z.string().refine(isOne, `must be one of ${values.join(", ")}`);
}

/** Comma-separated; blanks around are dropped, empty entries too. */
export function words<T>(item: z.ZodType<T, string>, least: number): z.ZodType<T[], string> {
  return z
    .string()
    .transform((given) =>
      given
        .split(",")
        .map((word) => word.trim())
        .filter((word) => word !== ""),
    )
    .pipe(z.array(item).min(least, `must have at least ${least} entry`));
}

export function integer(least: number, most: number): z.ZodType<number, string> {
  const message = `must be a whole number from ${least} to ${most}`;
  return z
    .string()
    .refine((given) => /^\d{1,9}$/.test(given) && Number(given) >= least && Number(given) <= most, message)
    .transform(Number);
}

const UNIT_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function toMs(given: string): number {
  const [, count, unit] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(given) ?? [];
  return Number(count) * (UNIT_MS[unit ?? ""] ?? Number.NaN);
}

/** `500ms`, `30s`, `5m`, `24h`, `7d` to milliseconds. */
export function duration(leastMs: number, mostMs: number): z.ZodType<number, string> {
  const message = `must be a duration such as 500ms, 30s, 5m, 24h or 7d, from ${leastMs / 1000}s to ${mostMs / 1000}s`;
  return z
    .string()
    .refine((given) => toMs(given) >= leastMs && toMs(given) <= mostMs, message)
    .transform(toMs);
}

/** The same, or `0` for never. */
export function durationOrZero(leastMs: number, mostMs: number): z.ZodType<number, string> {
  const span = duration(leastMs, mostMs);
  return z.string().transform((given, context) => {
    if (/^0(ms|s|m|h|d)?$/.test(given)) return 0;
    const read = span.safeParse(given);
    if (read.success) return read.data;
    for (const { message } of read.error.issues) context.addIssue(`${message}, or 0`);
    return z.NEVER;
  });
}

export function dnsLabel(): z.ZodType<string, string> {
  return z.string().regex(DNS_LABEL, "must be a DNS label: lower-case letters, digits and '-', at most 63");
}

export function subdomain(): z.ZodType<string, string> {
  return z
    .string()
    .refine(isDnsSubdomain, "must be a DNS subdomain: lower-case letters, digits, '-' and '.', at most 253");
}

/** `true` or `false`. */
export function flag(): z.ZodType<boolean, string> {
  return oneOf(["true", "false"]).transform((given) => given === "true");
}

/** The name of a keyspace or a table: it goes into CQL as it is. */
export function cqlName(): z.ZodType<string, string> {
  return z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,47}$/, "must begin with a letter: lower-case letters, digits and '_', at most 48");
}

/** What a certificate can be for. */
export function host(): z.ZodType<string, string> {
  return z
    .string()
    .refine(
      (given) => isIP(given) !== 0 || isDnsSubdomain(given),
      "must be a DNS name or an IP address, without a port",
    );
}

export function labelKey(): z.ZodType<string, string> {
  return z.string().regex(LABEL_KEY, "must be a label key, such as toolkit.fluxcd.io/tenant");
}

/** RBAC names may hold colons (system:…), but no slash and no wildcard. */
export function roleName(): z.ZodType<string, string> {
  return z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9:._-]{0,252}$/, "must be the name of a ClusterRole; wildcards are not allowed");
}

export function sharedSource(): z.ZodType<{ kind: string; namespace: string; name: string }, string> {
  const shape = /^([A-Z][A-Za-z]+)\/([^/]+)\/([^/]+)$/;
  return z
    .string()
    .regex(shape, "must be Kind/namespace/name, such as GitRepository/flux-system/default")
    .transform((given) => {
      const [, kind = "", namespace = "", name = ""] = shape.exec(given) ?? [];
      return { kind, namespace, name };
    });
}
