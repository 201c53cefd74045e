import type { SqlType } from '../../../sql/index.ts';

/** A column of a table that the catalog knows, from which a value comes. */
export interface Origin {
  /** The table's id in the catalog. */
  readonly relation: string;
  readonly column: string;
  /** True for the value itself, false for a value that something was made of. */
  readonly copied: boolean;
}

/** What is known of a value before the query runs. */
export interface Value {
  /** Undefined where it is not known. */
  readonly type: SqlType | undefined;
  /** Undefined where it is not known. */
  readonly nullable: boolean | undefined;
  readonly origins: readonly Origin[];
  /** The expression that makes it, where it is passed on from a query inside of this one. */
  readonly span?: Span | undefined;
}

/** Start and end in the statement's text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Column extends Value {
  /** As Snowflake keeps it. */
  readonly name: string;
}

/** An output column of a whole query. */
export interface OutputColumn extends Column {
  /** The expression that makes it, inside of all that passes it on; undefined for what comes out of a table as it is. */
  readonly span: Span | undefined;
}

/** What a query gives. */
export interface Shape {
  readonly columns: readonly OutputColumn[];
  /** False where there may be columns that are not listed. */
  readonly complete: boolean;
  /** Columns that decide which rows there are. */
  readonly rows: readonly Origin[];
}

export const NOTHING: Shape = { columns: [], complete: false, rows: [] };

export const UNKNOWN: Value = { type: undefined, nullable: undefined, origins: [] };

/** Origins of several values together, each once; a copy that is computed with as well counts as computed. */
export function together(lists: readonly (readonly Origin[])[]): readonly Origin[] {
  const filled = lists.filter((list) => list.length > 0);
  const [only] = filled;
  if (only === undefined) return [];
  if (filled.length === 1) return only;
  const found = new Map<string, Origin>();
  for (const list of filled) {
    for (const origin of list) {
      const key = `${origin.relation}\0${origin.column}`;
      const before = found.get(key);
      if (before === undefined || (before.copied && !origin.copied)) found.set(key, origin);
    }
  }
  return [...found.values()];
}

/** The same origins as what a new value is made of. */
export function computed(origins: readonly Origin[]): readonly Origin[] {
  if (origins.every(({ copied }) => !copied)) return origins;
  return origins.map((origin) => (origin.copied ? { ...origin, copied: false } : origin));
}

/** A value that is made of others; NULL where one of them is. */
export function made(type: SqlType | undefined, of: readonly Value[]): Value {
  return {
    type,
    nullable: anyNullable(of),
    origins: computed(together(of.map(({ origins }) => origins))),
  };
}

/** Whether one of the values may be NULL; undefined where that is not known. */
export function anyNullable(values: readonly Value[]): boolean | undefined {
  if (values.some(({ nullable }) => nullable === true)) return true;
  return values.some(({ nullable }) => nullable === undefined) ? undefined : false;
}
