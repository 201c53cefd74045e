import type { Table } from './catalog.ts';
import type { Shape } from './shape.ts';

/** What reading all of a table gives: every column a copy of itself. */
export function tableShape(table: Table): Shape {
  return {
    columns: table.columns.map(({ name, type, nullable }) => ({
      name,
      type,
      nullable,
      origins: [{ relation: table.id, column: name, copied: true }],
      span: undefined,
    })),
    complete: table.complete,
    rows: [],
  };
}
