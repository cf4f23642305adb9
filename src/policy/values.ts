// What may stand as a value in the policy file: small zod schemas, each with a message that says what is allowed.
import { z } from "zod";
import { readEntry, type UrlEntry } from "../../webhooks/source-url.ts";
import { isEverybodys, NOT_EVERYBODY } from "../model/everybody.ts";
import { DNS_LABEL, isDnsSubdomain } from "../model/names.ts";

const NAME = "[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?";
const LABEL_KEY = new RegExp(`^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?${NAME}$`);
const LABEL_PREFIX = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?\/$/;
const LABEL_VALUE = new RegExp(`^(${NAME})?$`);
const SERVICE_ACCOUNT_PREFIX = "system:serviceaccount:";

/** One line, not blank, as it is meant: no blanks around it. */
export function text(most = 1024): z.ZodType<string, string> {
  const message = `must be text: one line of 1 to ${most} characters, without blanks around it`;
  return z.string(message).refine((given) => isText(given, most), message);
}

const isText = (given: string, most: number): boolean =>
  given.length > 0 && given.length <= most && given === given.trim() && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(given);

/** A group or a user of the platform. */
export function adminName(): z.ZodType<string, string> {
  return text().refine((given) => !isEverybodys(given), NOT_EVERYBODY);
}

/** Text that a test is passed by; the message says what that takes. */
function named(isRight: (given: string) => boolean, message: string): z.ZodType<string, string> {
  return z.string(message).refine(isRight, message);
}

export function namespaceName(): z.ZodType<string, string> {
  const message = "must be a namespace's name: lower-case letters, digits and '-', at most 63";
  return z.string(message).regex(DNS_LABEL, message);
}

export function objectName(): z.ZodType<string, string> {
  return named(isDnsSubdomain, "must be an object's name: lower-case letters, digits, '-' and '.', at most 253");
}

/** "" stands for none. */
export function objectNameOrNone(): z.ZodType<string, string> {
  return named((given) => given === "" || isDnsSubdomain(given), 'must be an object\'s name, or "" for none');
}

/** RBAC names may hold colons (system:…), but nothing that cannot be part of a path. */
export function roleName(): z.ZodType<string, string> {
  const message = "must be the name of a ClusterRole; wildcards are not allowed";
  return z.string(message).regex(/^[A-Za-z0-9][A-Za-z0-9:._-]{0,252}$/, message);
}

export function kindName(): z.ZodType<string, string> {
  const message = "must be a kind, such as GitRepository";
  return z.string(message).regex(/^[A-Z][A-Za-z0-9]{0,62}$/, message);
}

/** The user name of a controller; those of ServiceAccounts are checked for their two parts. */
export function controllerName(): z.ZodType<string, string> {
  const message = `must be a user name without blanks, such as ${SERVICE_ACCOUNT_PREFIX}flux-system:source-controller`;
  return named((given) => /^\S{1,1024}$/.test(given) && isAccountOrOther(given), message);
}

function isAccountOrOther(given: string): boolean {
  if (!given.startsWith(SERVICE_ACCOUNT_PREFIX)) return true;
  const [namespace = "", name = "", ...more] = given.slice(SERVICE_ACCOUNT_PREFIX.length).split(":");
  return DNS_LABEL.test(namespace) && isDnsSubdomain(name) && more.length === 0;
}

export function labelKey(): z.ZodType<string, string> {
  const message = "must be a label key, such as toolkit.fluxcd.io/tenant";
  return z.string(message).max(317, message).regex(LABEL_KEY, message);
}

/** A label key, or with a slash at the end all that begin so. */
export function keyOrPrefix(): z.ZodType<string, string> {
  const message = "must be a label key, or the beginning of keys up to and with the slash, such as landlord.dev/";
  return named((given) => given.length <= 317 && (LABEL_KEY.test(given) || LABEL_PREFIX.test(given)), message);
}

export function labelValue(): z.ZodType<string, string> {
  const message = "must be a label's value: letters, digits, '-', '_' and '.', at most 63";
  return z.string(message).max(63, message).regex(LABEL_VALUE, message);
}

export function serverUrl(): z.ZodType<string, string> {
  const message = "must be the URL of an API server, as Argo CD has it: https://kubernetes.default.svc";
  return z.string(message).regex(/^https?:\/\/[^\s/]\S{0,1023}$/, message);
}

/** An entry of a list of URLs, taken to pieces. What is wrong with one is told without repeating it. */
export function urlEntry(): z.ZodType<UrlEntry, string> {
  return z.string("must be a URL, such as https://github.com/org/").transform((given, context) => {
    const entry = readEntry(given);
    if (!("refused" in entry)) return entry;
    context.addIssue({ code: "custom", message: entry.refused });
    return z.NEVER;
  });
}

/** RFC 3339 to milliseconds since 1970. */
export function time(): z.ZodType<number, string> {
  const message = "must be a time as RFC 3339 has it, such as 2026-12-31T23:59:59Z";
  return z.iso.datetime({ offset: true, error: message }).transform((given) => Date.parse(given));
}

export function flag(): z.ZodType<boolean, boolean> {
  return z.boolean("must be true or false");
}

export function oneOf<const T extends string>(values: readonly T[]): z.ZodType<T, T> {
  return z.enum(values, `must be one of ${values.join(", ")}`);
}

export function listOf<T>(item: z.ZodType<T>, least = 0): z.ZodType<T[]> {
  return z
    .array(item, "must be a list; an empty one is []")
    .min(least, "must have at least one entry; leave the key out if there is none");
}

export function setOf<T>(item: z.ZodType<T>, least = 0): z.ZodType<ReadonlySet<T>> {
  return listOf(item, least).transform((items) => new Set(items));
}

/** A Map, not an object: `constructor` is a legal namespace. */
export function mapOf<T>(key: z.ZodType<string, string>, value: z.ZodType<T>): z.ZodType<ReadonlyMap<string, T>> {
  return z.record(key, value, NO_MAP).transform((given) => new Map(Object.entries(given)));
}

/** Keys that are known, and no others. The message about a stranger is the list of those that are. */
export function fields<Shape extends z.ZodRawShape>(shape: Shape, otherwise = NO_MAP) {
  return z.strictObject(shape, {
    error: ({ code }) => (code === "unrecognized_keys" ? Object.keys(shape).join(", ") : otherwise),
  });
}

const NO_MAP = "must be a map; an empty one is {}";
