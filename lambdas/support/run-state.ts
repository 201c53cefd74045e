/** A piece of an extract: consecutive windows of one table, read one after the other by one call or several. */
export interface ExtractItem {
  readonly table: string;
  /** First and last business day, both included; empty for a table that is not `daily`. */
  readonly from: string;
  readonly to: string;
  /** Of an `incremental` table: how far its cursor has come in Snowflake; null when nothing is applied yet. */
  readonly after?: string | null;
}

/** What one call of the extract has staged. */
export interface Staged {
  /** Each call has its own, taken when it reads: so the newest snapshot of a window is the one that counts. */
  readonly runId: string;
  readonly windows: readonly string[];
}

/** What the extract of an item takes and gives back: `item` is what is left to do, null when nothing is. */
export interface ExtractState {
  readonly runId: string;
  readonly table: string;
  readonly item: ExtractItem | null;
  readonly done: readonly Staged[];
}

/** How the state machine notes an error that it caught. */
export interface CaughtError {
  readonly Error: string;
  readonly Cause: string;
}

/** What the state machine carries from the plan on. */
export interface RunState {
  readonly runId: string;
  /** A daily run, which the alarms about rows are for. */
  readonly scheduled: boolean;
  readonly items: readonly ExtractItem[];
  readonly extracted?: readonly (ExtractState & { readonly error?: CaughtError })[];
  readonly load?: { readonly ok: boolean; readonly problems: readonly string[] };
  readonly freshness?: { readonly ok: boolean; readonly problems: readonly string[] };
  readonly build?: { readonly published: boolean; readonly problems: readonly string[] };
  readonly failedStep?: string;
  readonly error?: CaughtError;
}

/** The message of an error that the state machine caught: a function's is JSON. */
export function messageOf({ Error: name, Cause: cause }: CaughtError): string {
  try {
    const parsed: unknown = JSON.parse(cause);
    if (typeof parsed === 'object' && parsed !== null && 'errorMessage' in parsed) {
      return String(parsed.errorMessage);
    }
  } catch {
    // A cause that a service wrote is plain text.
  }
  return `${name}: ${cause}`;
}
