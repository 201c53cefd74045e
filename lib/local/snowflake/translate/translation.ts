import type { Expression, Query, SqlType } from '../../../sql/index.ts';
import type { StatementContext } from '../context.ts';
import type { CalledFunction } from '../functions/user.ts';
import type { QualifiedName, ResultColumn, Source } from '../statement.ts';

/** A piece of DuckDB's SQL and the Snowflake type of its value, where that is known. */
export interface Emitted {
  readonly sql: string;
  readonly type: SqlType | undefined;
}

/** A translated query. */
export interface TranslatedQuery {
  readonly sql: string;
  readonly columns: readonly OutputColumn[];
}

export interface OutputColumn {
  readonly name: string;
  readonly type: SqlType | undefined;
  readonly nullable: boolean;
}

/** What had to be looked up before a statement could be translated, by the text that asks for it. */
export interface Resolved {
  /** Streams and whatever else an extension answers for, by DuckDB's name of the table. */
  readonly sources: Map<string, { readonly name: QualifiedName; readonly source: Source }>;
  /** Stages by location and options. */
  readonly stages: Map<string, Source>;
  /** Table functions by their call. */
  readonly functions: Map<Expression, Source>;
  /** SYSTEM$ functions by their call. */
  readonly system: Map<Expression, string | null>;
  /** Tables that it reads, through views too, by DuckDB's name. */
  readonly tables: Map<string, QualifiedName>;
  /** Functions of users by their call. */
  readonly userFunctions: Map<Expression, CalledFunction>;
  /** Parsed views by DuckDB's name. */
  readonly views: Map<string, Query>;
}

/** The state of translating one statement. */
export interface Translation {
  readonly context: StatementContext;
  readonly resolved: Resolved;
  /** Where names without a database or schema are looked for: the session's own, or the view's. */
  readonly place: { readonly database: string | null; readonly schema: string | null };
  /** Names of extension sources that the statement reads, so that DML can consume them. */
  readonly consumed: Map<string, QualifiedName>;
  /** Views that are being expanded, outermost first, to refuse a circle. */
  readonly expanding: readonly string[];
  /** True for SQL that DuckDB keeps (defaults): the clock is then read at run time. */
  readonly stored?: boolean;
  /** Numbers given to generated aliases. */
  readonly counter: { next: number };
}

export function asResultColumn(column: OutputColumn): ResultColumn | undefined {
  return column.type === undefined
    ? undefined
    : { ...column.type, name: column.name, nullable: column.nullable };
}
