import { LTZ, NUMBER, TEXT } from '../../../sql/index.ts';
import { wireMoment } from '../catalog/history.ts';
import { type TableColumn, tableColumns, tableOrView } from '../catalog/tables.ts';
import type { StatementContext } from '../context.ts';
import type { CatalogObject, StatementResult } from '../statement.ts';
import { listing } from './result.ts';
import { likeMatches, type ShowFilter, scopeOf } from './show-filter.ts';

interface ShownColumn {
  readonly table: CatalogObject;
  readonly column: TableColumn;
}

/** SHOW COLUMNS gives types as JSON. */
function typeJson(column: TableColumn): string {
  const { nullable } = column;
  if (column.type === 'FIXED')
    return JSON.stringify({
      type: 'FIXED',
      precision: column.precision ?? 38,
      scale: column.scale ?? 0,
      nullable,
    });
  if (column.type === 'TEXT') {
    const length = column.length ?? 16_777_216;
    return JSON.stringify({
      type: 'TEXT',
      length,
      byteLength: Math.min(length * 4, 16_777_216),
      nullable,
      fixed: false,
    });
  }
  if (/^TIME/.test(column.type))
    return JSON.stringify({ type: column.type, precision: 0, scale: column.scale ?? 9, nullable });
  return JSON.stringify({ type: column.type, nullable });
}

export function showColumns(core: StatementContext, filter: ShowFilter): StatementResult {
  const tables = filter.table
    ? [tableOrView(core, core.qualify(filter.table))]
    : [...core.objects.all('TABLE', scopeOf(filter)), ...core.objects.all('VIEW', scopeOf(filter))];
  const rows = tables
    .flatMap((table) => tableColumns(core, table.name).map((column): ShownColumn => ({ table, column })))
    .filter(({ column }) => filter.like === undefined || likeMatches(filter.like, column.name));
  return listing<ShownColumn>(
    [
      ['table_name', TEXT, ({ table }) => table.name.name],
      ['schema_name', TEXT, ({ table }) => table.name.schema],
      ['column_name', TEXT, ({ column }) => column.name],
      ['data_type', TEXT, ({ column }) => typeJson(column)],
      ['null?', TEXT, ({ column }) => (column.nullable ? 'true' : 'NOT_NULL')],
      ['default', TEXT, ({ column }) => column.default ?? ''],
      ['kind', TEXT, () => 'COLUMN'],
      ['expression', TEXT, () => ''],
      ['comment', TEXT, ({ column }) => column.comment ?? ''],
      ['database_name', TEXT, ({ table }) => table.name.database],
      [
        'autoincrement',
        TEXT,
        ({ column }) =>
          column.identity
            ? `IDENTITY START ${column.identity.start} INCREMENT ${column.identity.increment} ORDER`
            : '',
      ],
    ],
    filter.limit === undefined ? rows : rows.slice(0, filter.limit),
  );
}

export function showPrimaryKeys(core: StatementContext, filter: ShowFilter): StatementResult {
  const tables = filter.table
    ? [tableOrView(core, core.qualify(filter.table))]
    : core.objects.all('TABLE', scopeOf(filter));
  const rows = tables.flatMap((table) =>
    tableColumns(core, table.name)
      .filter((column) => column.primaryKey)
      .map((column, index) => ({ table, column, index })),
  );
  return listing(
    [
      ['created_on', LTZ, ({ table }) => wireMoment(table.createdOn)],
      ['database_name', TEXT, ({ table }) => table.name.database],
      ['schema_name', TEXT, ({ table }) => table.name.schema],
      ['table_name', TEXT, ({ table }) => table.name.name],
      ['column_name', TEXT, ({ column }) => column.name],
      ['key_sequence', NUMBER, ({ index }) => String(index + 1)],
      ['constraint_name', TEXT, ({ table }) => `SYS_CONSTRAINT_${table.name.name}_PRIMARY_KEY`],
      ['rely', TEXT, () => 'false'],
      ['comment', TEXT, () => null],
    ],
    rows,
  );
}
