// Where each kind of Flux source fetches from: its fields, read as its controller reads them, as URLs that a list can judge.
import { own } from "../../json.ts";
import type { Refused } from "../../url-parts.ts";

/** A field that says where something comes from. */
export interface Address {
  field: string;
  found: unknown;
  /** The URL that the field means. */
  reading: string | Refused;
}

const NO_STRING: Refused = { refused: "it is not a string" };
const GOOGLE = "storage.googleapis.com";
const DOCKER_HUB = ["docker.io", "index.docker.io"];

/** By the resource's plural. Bucket's endpoint and security token service are told apart: credentials go to both. */
export function addressesOf(resource: string, spec: unknown): Address[] {
  if (resource === "buckets") return [bucketAddress(spec), ...tokenServiceAddress(own(spec, "sts"))];
  if (resource === "imagerepositories") return [address("spec.image", own(spec, "image"), imageUrl)];
  return [address("spec.url", own(spec, "url"), resource === "ocirepositories" ? artifactUrl : asItIs)];
}

function address(field: string, found: unknown, read: (text: string) => string | Refused): Address {
  return { field, found, reading: typeof found === "string" ? read(found) : NO_STRING };
}

const asItIs = (text: string): string => text;

/** source-controller reads what follows `oci://` as an image's name. */
function artifactUrl(url: string): string {
  return url.startsWith("oci://") ? imageUrl(url.slice("oci://".length)) : url;
}

/** `oci://host/path` of an image's name, with all that is implied: `nginx` is Docker Hub's library/nginx. A tag or digest makes it no URL. */
export function imageUrl(image: string): string {
  const slash = image.indexOf("/");
  const first = image.slice(0, Math.max(slash, 0));
  const isHost = first.includes(".") || first.includes(":");
  if (isHost && !DOCKER_HUB.includes(first)) return `oci://${image}`;
  const path = isHost ? image.slice(slash + 1) : image;
  return `oci://docker.io/${path.includes("/") ? "" : "library/"}${path}`;
}

/** `https://host:port/` of a bucket's endpoint; `http:` if it is insecure. A scheme or path there is read differently by each client. */
export function endpointUrl(endpoint: string, { insecure }: { insecure: boolean }): string | Refused {
  if (endpoint.includes("/"))
    return { refused: "an endpoint is a host, and a port if need be, without scheme and path" };
  return `${insecure ? "http" : "https"}://${endpoint}/`;
}

function bucketAddress(spec: unknown): Address {
  const [provider, insecure] = [own(spec, "provider"), own(spec, "insecure") ?? false];
  return address("spec.endpoint", own(spec, "endpoint"), (endpoint) => {
    if (typeof insecure !== "boolean") return { refused: "spec.insecure is neither true nor false" };
    // Google's client does not ask the object where to go: an endpoint that is on the list would only hide that.
    if (provider === "gcp" && endpoint !== GOOGLE) return { refused: `provider gcp fetches from ${GOOGLE}` };
    // Azure's client takes a URL, and nothing else.
    return provider === "azure" ? endpoint : endpointUrl(endpoint, { insecure });
  });
}

/** Gets the tenant's password or the controller's web token, and hands out the credentials for the bucket. */
function tokenServiceAddress(sts: unknown): Address[] {
  return sts === undefined || sts === null ? [] : [address("spec.sts.endpoint", own(sts, "endpoint"), asItIs)];
}
