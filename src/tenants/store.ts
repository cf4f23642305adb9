// What a registry of tenants promises, wherever it keeps its rows. Stores read and write rows; what is served of them is decided elsewhere.
import type { Row, TenantRow } from "./row.ts";

export interface TenantStore {
  /** As in the settings: `file`, `keyspaces`. */
  name: string;
  /** Every row, disabled and bad ones too, in no order. Complete, or it throws: never a short answer. */
  scan(signal: AbortSignal): AsyncIterable<Row>;
  /** Undefined: there is no such tenant. */
  get(tenantId: string, signal: AbortSignal): Promise<Row | undefined>;
  /** Adds the tenant, or replaces all of its columns. A row that is wrong is refused. */
  put(row: TenantRow, signal: AbortSignal): Promise<void>;
  /** False: there was no such tenant. */
  remove(tenantId: string, signal: AbortSignal): Promise<boolean>;
  /** Calls `listener` when the store knows that something has changed; a store that cannot know never calls. */
  subscribe(listener: () => void): void;
  /** Gives back what it holds open; calls that come later fail. */
  close(): Promise<void>;
}
