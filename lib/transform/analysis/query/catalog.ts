import type { SqlType } from '../../../sql/index.ts';

export interface TableColumn {
  /** As Snowflake keeps it. */
  readonly name: string;
  readonly type: SqlType | undefined;
  readonly nullable: boolean | undefined;
}

/** A table, view or common table expression that is known from outside of the query. */
export interface Table {
  /** What origins name it by. */
  readonly id: string;
  readonly columns: readonly TableColumn[];
  /** False where it may have columns that are not listed. */
  readonly complete: boolean;
}

/** What queries are checked against. */
export interface Catalog {
  /**
   * What a name stands for.
   *
   * @param name one to three parts, each as Snowflake keeps it
   * @returns undefined when nothing is known of it; `missing` when it is certain that there is no such table
   */
  table(name: readonly string[]): Table | 'missing' | undefined;
  /** A common table expression whose columns are known, so that its query is not looked into. */
  common?(name: string): Table | undefined;
  /** Names that could have been meant by that of a missing table. */
  readonly known?: readonly string[];
}
