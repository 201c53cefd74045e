import type { Table } from '../config/index.ts';
import { readColumns } from './catalog.ts';
import type { Queryable } from './source.ts';

/** The column that says which window a row belongs to: the date of `daily`, the cursor of `incremental`; `full` has none. */
export function placingColumn({ mode }: Table): string | undefined {
  switch (mode.kind) {
    case 'daily':
      return mode.column;
    case 'incremental':
      return mode.cursor;
    case 'full':
      return undefined;
  }
}

/** The type of that column, as `pg_type` names it; empty when there is none, or when it is not a type of Postgres' own. */
export async function typeOfPlacing(source: Queryable, table: Table): Promise<string> {
  const placing = placingColumn(table);
  if (placing === undefined) return '';
  const column = (await readColumns(source, table)).find(({ name }) => name === placing);
  return column?.plainType ?? '';
}
