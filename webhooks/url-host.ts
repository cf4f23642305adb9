// Judges a URL's host by its text alone: whether every reader would take it for the same machine, and whether that lies in the cluster.
// Nothing is looked up: what a name resolves to changes between this check and the controller's connection.
import { isIPv6 } from "node:net";
import { DNS_LABEL } from "../src/model/names.ts";

const LENGTH_LIMIT = 253;
/** What inet_aton and browsers take for a number, be it decimal, octal or hexadecimal: no domain of the internet ends in one. */
const NUMBER = /^(\d+|0x[0-9a-f]*)$/;
const OCTET = /^(0|[1-9]\d{0,2})$/;
/** Domains that mean something else, or something private, inside a cluster or a cloud's network. */
const INTERNAL = ["localhost", "svc", "local", "localdomain", "internal", "intranet", "lan", "home.arpa"];

/** What is wrong with a host in lower case, in words for people; undefined: nothing. IPv6 addresses stand in brackets. */
export function hostFault(host: string): string | undefined {
  if (host === "") return "the host is missing";
  if (host.startsWith("[")) return isBracketed(host) ? undefined : "the host is not a plain IPv6 address";
  if (host.includes("%")) return "the host holds percent-encoding";
  if (host.endsWith(".")) return "the host ends in a dot";
  const labels = host.split(".");
  if (NUMBER.test(labels.at(-1) ?? ""))
    return isIPv4(host) ? undefined : "the host is an IPv4 address in an odd notation";
  const isName = host.length <= LENGTH_LIMIT && labels.every((label) => DNS_LABEL.test(label));
  return isName ? undefined : "the host is not a DNS name";
}

/** True for IPv4 and IPv6 addresses, whatever they belong to. */
export function isAddress(host: string): boolean {
  return host.startsWith("[") || isIPv4(host);
}

/**
 * True for hosts that only an entry of their own may allow: names that a cluster's DNS answers, and every address. A public address is no
 * better than a private one here, since no list of private ranges (loopback, metadata, IPv4 within IPv6, NAT64) is ever complete.
 */
export function isInternal(host: string): boolean {
  if (isAddress(host) || !host.includes(".")) return true;
  return INTERNAL.some((domain) => `.${host}`.endsWith(`.${domain}`));
}

function isBracketed(host: string): boolean {
  return host.endsWith("]") && !host.includes("%") && isIPv6(host.slice(1, -1));
}

function isIPv4(host: string): boolean {
  const octets = host.split(".");
  return octets.length === 4 && octets.every((octet) => OCTET.test(octet) && Number(octet) <= 255);
}
