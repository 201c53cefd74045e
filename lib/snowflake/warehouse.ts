/** A value bound to a `?` of a statement. Numbers beyond 2^53 and decimals are passed as text. */
export type Bind = string | number | boolean | null;

/** A value of a result row. Whole numbers beyond 2^53 and decimals of over 15 digits arrive as exact text. */
export type WarehouseValue = string | number | boolean | null | object;

export interface ResultColumn {
  readonly name: string;
  /** Snowflake's type as the driver reports it: FIXED, TEXT, REAL, BOOLEAN, DATE, TIMESTAMP_NTZ, TIMESTAMP_TZ, VARIANT, … */
  readonly type: string;
  readonly nullable: boolean;
  readonly precision?: number;
  readonly scale?: number;
  readonly length?: number;
}

export interface QueryResult {
  readonly queryId: string;
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly Readonly<Record<string, WarehouseValue>>[];
  /** Rows inserted, updated and deleted together, for DML. */
  readonly rowsAffected: number;
}

export interface ExecuteOptions {
  readonly binds?: readonly Bind[];
  /** Bound on the statement, in seconds; the session's own otherwise. */
  readonly timeoutSeconds?: number;
  /** The statement's tag in the query history, instead of the session's. */
  readonly queryTag?: string;
  readonly signal?: AbortSignal;
}

/** One logged-in session. Statements of a session run one after the other, in the order they were given. */
export interface Warehouse {
  execute(sql: string, options?: ExecuteOptions): Promise<QueryResult>;
  close(): Promise<void>;
}
