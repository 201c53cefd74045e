import type { DuckDBConnection } from '@duckdb/node-api';
import type { SqlType, Statement } from '../../sql/index.ts';

/** A column of a result, with Snowflake's type. */
export interface ResultColumn {
  readonly name: string;
  readonly type: SqlType['type'];
  readonly nullable: boolean;
  readonly precision?: number;
  readonly scale?: number;
  readonly length?: number;
}

/** What a statement gives back. Values are already in the wire's text form (numbers as digits, dates as days since 1970, …). */
export interface StatementResult {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly (readonly (string | null)[])[];
  /** Set for DML: what the driver reports as rows affected. */
  readonly affected?: { readonly inserted: number; readonly updated: number; readonly deleted: number };
}

/** `database.schema.name`, each part folded. */
export interface QualifiedName {
  readonly database: string;
  readonly schema: string;
  readonly name: string;
}

/** An object of the account that DuckDB has no notion of: stage, pipe, stream, task, integration, file format, role, warehouse, … */
export interface CatalogObject {
  /** Upper case, as in `SHOW <kind>S`: STAGE, PIPE, STREAM, TASK, INTEGRATION, FILE_FORMAT, ROLE, WAREHOUSE, … */
  readonly kind: string;
  /** Account-level objects have empty `database` and `schema`. */
  readonly name: QualifiedName;
  /** JSON-serializable properties, owned by the handler of the kind. */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly owner: string;
  readonly createdOn: Date;
}

/** Objects by kind and name, kept in the server's own DuckDB schema and written in the session's transaction or at once (DDL). */
export interface ObjectStore {
  get(kind: string, name: QualifiedName): Promise<CatalogObject | undefined>;
  put(object: CatalogObject): Promise<void>;
  drop(kind: string, name: QualifiedName): Promise<boolean>;
  list(
    kind: string,
    scope?: { readonly database?: string; readonly schema?: string },
  ): Promise<readonly CatalogObject[]>;
}

/** What a session remembers between statements. */
export interface SessionState {
  readonly id: string;
  role: string;
  warehouse: string | null;
  database: string | null;
  schema: string | null;
  readonly parameters: Map<string, string>;
  /** Values of `SET name = …`, by folded name. */
  readonly variables: Map<string, string | null>;
  /** True between BEGIN and COMMIT or ROLLBACK. */
  inTransaction: boolean;
}

/** What a handler works with. */
export interface ExecutionContext {
  readonly session: SessionState;
  /** This session's own DuckDB connection, inside its transaction when there is one. */
  readonly duck: DuckDBConnection;
  readonly objects: ObjectStore;
  /** Values bound to `?`, in order, as text with their type. */
  readonly binds: readonly { readonly type: string; readonly value: string | null }[];
  /** Runs another Snowflake statement in this session (bodies of tasks, EXECUTE IMMEDIATE). */
  execute(sql: string, binds?: ExecutionContext['binds']): Promise<StatementResult>;
  /** Opens a session of its own with this one's role, database and schema (tasks, pipes). */
  openSession(): Promise<{ readonly context: ExecutionContext; close(): Promise<void> }>;
  /** Resolves a name of one to three parts against the session's database and schema; raises Snowflake's own error if there is none. */
  qualify(parts: readonly string[]): QualifiedName;
  /** Where a table lives inside DuckDB: quoted, ready to be put into DuckDB's SQL. */
  duckTable(name: QualifiedName): string;
  /** Columns of a table or view with Snowflake's types, in order. */
  columnsOf(name: QualifiedName): Promise<readonly ResultColumn[]>;
  /** Translates a Snowflake expression or query to DuckDB's SQL. */
  translateQuery(sql: string): Promise<string>;
  readonly now: () => Date;
  /** Aborted when the client cancels the statement or the server stops; long loops check it. */
  readonly signal: AbortSignal;
  /**
   * Takes the table's write lock for the running transaction and waits while another transaction holds it, as
   * Snowflake does. INSERT, UPDATE, DELETE, MERGE and TRUNCATE take it themselves; call it before writing through `duck`.
   */
  lock(name: QualifiedName): Promise<void>;
}

/** A family of statements. The dispatcher picks the handler with the longest matching head. */
export interface StatementHandler {
  /**
   * `statement`: runs in the open transaction, or in one of its own that is committed when it succeeds and rolled back
   * when it fails. `ddl`: the same, but first commits the open transaction. `none`: nothing is opened; each statement run
   * through `execute` is its own. Left out, it follows from the head: CREATE, ALTER, DROP, UNDROP, GRANT, REVOKE, COMMENT
   * are `ddl`; SHOW, DESC, BEGIN, DECLARE, EXECUTE, CALL are `none`; the rest is `statement`.
   * A statement that lost a write conflict inside DuckDB is run again from its start, so effects outside DuckDB must be repeatable.
   */
  readonly transaction?: 'statement' | 'ddl' | 'none';
  /** Leading keywords after removing OR REPLACE, TRANSIENT, TEMPORARY, IF [NOT] EXISTS: `CREATE STAGE`, `ALTER TASK`, `COPY INTO`, `SHOW PIPES`. */
  readonly heads: readonly string[];
  run(context: ExecutionContext, statement: Statement): Promise<StatementResult>;
}

/** Rows that stand in a FROM clause for something that is not a table. */
export interface Source {
  /** A DuckDB query, without parentheses. */
  readonly sql: string;
  /** Its columns, named as in `sql`, with Snowflake's types. */
  readonly columns: readonly ResultColumn[];
}

/** An argument of a table function or SYSTEM$ function: a constant, with its name when it was given by name. */
export interface ConstantArgument {
  readonly name?: string;
  readonly value: string | null;
}

/** What a part of the server adds to the engine beside its statements. Every member may be left out. */
export interface Extension {
  readonly handlers: readonly StatementHandler[];
  /** A name in FROM that is no table or view: a stream gives its rows with METADATA$ columns. */
  source?(context: ExecutionContext, name: QualifiedName): Promise<Source | undefined>;
  /** Called in the transaction of a DML statement that read these names through `source`, after its rows were written. */
  consumed?(context: ExecutionContext, names: readonly QualifiedName[]): Promise<void>;
  /**
   * To be called in the transaction of every INSERT, UPDATE, DELETE, MERGE and TRUNCATE before it writes to `table`; what
   * it resolves to is called after the rows were written. Streams and load metadata follow the table through it.
   */
  writing?(
    context: ExecutionContext,
    write: {
      readonly kind: 'INSERT' | 'UPDATE' | 'DELETE' | 'MERGE' | 'TRUNCATE';
      readonly table: QualifiedName;
    },
  ): Promise<(() => Promise<void>) | undefined>;
  /** Once a transaction that wrote something has been committed: what waits for data looks for it. Must not throw. */
  committed?(): void;
  /** `FROM @stage/path (FILE_FORMAT => …, PATTERN => …)`; `location` is the text after `@`. */
  stage?(
    context: ExecutionContext,
    location: string,
    options: readonly ConstantArgument[],
  ): Promise<Source | undefined>;
  /** `TABLE(INFORMATION_SCHEMA.TASK_HISTORY(…))`; `name` is upper case and without INFORMATION_SCHEMA. */
  tableFunction?(
    context: ExecutionContext,
    name: string,
    args: readonly ConstantArgument[],
  ): Promise<StatementResult | undefined>;
  /** `SYSTEM$STREAM_HAS_DATA('s')`: a text, or undefined where the function is not its own. */
  systemFunction?(
    context: ExecutionContext,
    name: string,
    args: readonly ConstantArgument[],
  ): Promise<{ readonly value: string | null } | undefined>;
  /** DDL that the extension has to follow: a table's rows are about to be replaced, or its name changes. */
  tableChanged?(
    context: ExecutionContext,
    change: {
      readonly kind: 'dropped' | 'renamed' | 'swapped' | 'replaced';
      readonly name: QualifiedName;
      readonly to?: QualifiedName;
    },
  ): Promise<void>;
  /** Once the stored objects are loaded and the server takes connections. */
  started?(services: EngineServices): Promise<void>;
  /** An S3 event for the queue of an AUTO_INGEST pipe. */
  notify?(queueArn: string, event: unknown): Promise<void>;
  /** Before DuckDB closes: stops timers, waits for what runs. */
  stopping?(): Promise<void>;
}

/** Where the stages' files are. */
export interface S3Access {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** What the engine gives to what runs beside the clients' sessions: tasks and pipes. */
export interface EngineServices {
  readonly s3: S3Access | undefined;
  openSession(as?: {
    readonly role?: string;
    readonly warehouse?: string | null;
    readonly database?: string | null;
    readonly schema?: string | null;
  }): Promise<{ readonly context: ExecutionContext; close(): Promise<void> }>;
  /** A failure that no client waits for; it is logged, never thrown. */
  report(error: unknown, what: string): void;
}
