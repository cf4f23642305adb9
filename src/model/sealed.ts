// A secret value on its way: it prints as redacted, whatever prints it.
import { inspect } from "node:util";

const REDACTED = "[sealed]";

/** Holds a secret that only `open()` gives out; JSON, logs and string templates get a placeholder. */
export class Sealed<T = string> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** The value itself: call it only where the value is written to its destination. */
  open(): T {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}
