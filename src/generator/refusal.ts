// Why an answer is not given, or not the shorter one that the registry asks for. Words only; guard.ts decides.

/** What is told to the caller instead of an answer. The message is short and holds nothing of a tenant's but numbers. */
export class GeneratorError extends Error {
  override name = "GeneratorError";
  readonly status: 400 | 503;

  constructor(status: 400 | 503, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** `empty-table`: no readable row at all. `nothing-left`: the last tenants of the answer would go. `too-many`: more would go at once than is allowed. */
export const REFUSAL_REASONS = ["empty-table", "nothing-left", "too-many"] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** What the guard does not let happen to one answer. */
export interface Refusal {
  reason: RefusalReason;
  /** Tenants that would go. */
  removals: number;
  /** Tenants in the answer before. */
  of: number;
  /** How many may go at once. */
  allowed: number;
}

const WHY: Record<RefusalReason, string> = {
  "empty-table": "the registry has no readable tenant",
  "nothing-left": "no tenant would be left",
  "too-many": "too many tenants would go at once",
};

/** One sentence for a log line, an Event and the caller; names the hash that an operator accepts (see override.ts). */
export function describeRefusal({ reason, removals, of, allowed }: Refusal, hash: string): string {
  return `guard against mass deletion: ${WHY[reason]} (${removals} of ${of}, allowed ${allowed}); snapshot ${hash}`;
}
