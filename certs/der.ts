// ASN.1 values in DER, by node-forge: it only ever encodes here. Reading certificates is node:crypto's part.
import { isIPv4 } from "node:net";
import forge from "node-forge";

const { asn1 } = forge;
const { Class, Type } = asn1;

export type Asn1 = forge.asn1.Asn1;

const universal = (type: number, constructed: boolean, value: string | Asn1[]): Asn1 =>
  asn1.create(Class.UNIVERSAL, type, constructed, value);
const binary = (bytes: Uint8Array): string => Buffer.from(bytes).toString("binary");

export const sequence = (...members: Asn1[]): Asn1 => universal(Type.SEQUENCE, true, members);
export const set = (...members: Asn1[]): Asn1 => universal(Type.SET, true, members);
export const oid = (dotted: string): Asn1 => universal(Type.OID, false, asn1.oidToDer(dotted).getBytes());
export const utf8 = (text: string): Asn1 => universal(Type.UTF8, false, binary(Buffer.from(text, "utf8")));
export const octets = (bytes: Uint8Array): Asn1 => universal(Type.OCTETSTRING, false, binary(bytes));
export const truth = (): Asn1 => universal(Type.BOOLEAN, false, "\xff");

/** A positive number, big-endian; the first byte is 1 to 127, so that it is minimal and not negative. */
export const integer = (bytes: Uint8Array): Asn1 => universal(Type.INTEGER, false, binary(bytes));

/** Bits of whole bytes, or with `unused` bits at the end of the last. */
export const bits = (bytes: Uint8Array, unused = 0): Asn1 =>
  universal(Type.BITSTRING, false, String.fromCharCode(unused) + binary(bytes));

/** `[tag]`, explicit around another value or implicit with the bytes themselves. */
export const tagged = (tag: number, value: Asn1 | Uint8Array): Asn1 =>
  value instanceof Uint8Array
    ? asn1.create(Class.CONTEXT_SPECIFIC, tag, false, binary(value))
    : asn1.create(Class.CONTEXT_SPECIFIC, tag, true, [value]);

/** A moment, in ms since 1970, in whole seconds: UTCTime through 2049, GeneralizedTime from 2050 on (RFC 5280 4.1.2.5). */
export function time(ms: number): Asn1 {
  const date = new Date(ms);
  return date.getUTCFullYear() < 2050
    ? universal(Type.UTCTIME, false, asn1.dateToUtcTime(date))
    : universal(Type.GENERALIZEDTIME, false, asn1.dateToGeneralizedTime(date));
}

export const encode = (value: Asn1): Buffer => Buffer.from(asn1.toDer(value).getBytes(), "binary");

/** An IP address in network order: 4 or 16 bytes. The text was checked by `isIP`; one with a zone is refused. */
export function addressBytes(address: string): Uint8Array {
  if (isIPv4(address)) return Uint8Array.from(address.split("."), Number);
  if (address.includes("%")) throw new Error(`encode address ${address}: a zone has no place in a certificate`);
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1); // hexadecimal groups only, whatever was written
  const [before = [], after = []] = canonical
    .split("::")
    .map((half) => half.split(":").filter((group) => group !== ""));
  const zeros = Array<string>(8 - before.length - after.length).fill("0");
  const bytes = Buffer.alloc(16);
  for (const [at, group] of [...before, ...zeros, ...after].entries())
    bytes.writeUInt16BE(Number.parseInt(group, 16), at * 2);
  return bytes;
}
