// What a rule is: a pure function that names every violation it finds.
import type { AdmissionRequest } from "../admission.ts";
import type { Facts } from "../facts.ts";
import type { Policy } from "../policy.ts";
import type { Resource } from "./resource.ts";

/** One field that reaches where it must not. All texts are one line; none holds a secret. */
export interface Violation {
  /** Path as kubectl writes it: `spec.sourceRef.namespace`, `spec.dependsOn[0].namespace`. */
  field: string;
  /** The value that stands there; undefined: the field is missing. */
  found: unknown;
  /** How `found` is shown where it must not be, or need not be, shown itself. */
  shown?: string;
  /** What would be allowed, in words or as a quoted value. */
  allowed: string;
  /** What to do about it, in the imperative. */
  remedy: string;
  /** Id of a rule that did not look because of this: no exception lets it pass, and it only warns where that rule does, too. */
  unjudged?: string;
  /** Only worth a word, no denial. */
  isWarning?: true;
}

export interface Rule {
  /** As in the documentation: K1. */
  id: string;
  /** kebab-case, as the file; with the folder's name it is unique. */
  name: string;
  /** What it is about, in any version of the API. */
  resources: readonly Resource[];
  /** The subresources it is about; left out: the object itself, which is "". */
  subResources?: readonly string[];
  /** Holds in platform namespaces and in nobody's too, because it guards more than the fields of one namespace's object. */
  everywhere?: true;
  /** Judges the change or who makes it, so that an object whose content stays the same is no excuse. */
  judgesChange?: true;
  /** Called for CREATE and UPDATE. Must not throw, whatever the object looks like: a rule that throws denies. */
  check(request: AdmissionRequest, facts: Facts, policy: Policy): Violation[];
}
