import { NTZ, NUMBER, TEXT, VARIANT } from '../../../../sql/index.ts';
import { literal, quote } from '../../names.ts';
import type { ResultColumn, Source } from '../../statement.ts';
import { column } from '../../types.ts';
import type { FileFormat } from './format.ts';
import { contentKey, type Layout, type LocalCopy } from './local-copy.ts';

/** DuckDB's default bound on a line; longer ones need a larger buffer. */
const LINE_BYTES = 2_000_000;
const SMALLEST_BUFFER = 4 * 1024 * 1024;

/** Columns that every file has beside its own. */
export const METADATA_COLUMNS: readonly ResultColumn[] = [
  column('METADATA$FILENAME', TEXT),
  column('METADATA$FILE_ROW_NUMBER', NUMBER),
  column('METADATA$FILE_CONTENT_KEY', TEXT),
  column('METADATA$FILE_LAST_MODIFIED', NTZ),
  column('METADATA$START_SCAN_TIME', { type: 'TIMESTAMP_LTZ', scale: 9 }),
];

/** DuckDB's `read_csv` over the canonical parts of a layout, as columns f (file), r (row), c1, c2, … */
export function layoutScan(layout: Layout, columns: number): string {
  const longest = Math.max(...layout.parts.map((part) => part.longest), LINE_BYTES);
  const paths = layout.parts.map((part) => literal(part.path)).join(', ');
  const values = Array.from(
    { length: Math.max(1, layout.mostColumns) },
    (_, index) => `'c${index + 1}': 'VARCHAR'`,
  );
  const uneven = layout.fewestColumns !== layout.mostColumns;
  const scan =
    `read_csv([${paths}], header = false, auto_detect = false, delim = ',', quote = '"', escape = '"', ` +
    `new_line = '\\n', nullstr = '', allow_quoted_nulls = false, parallel = false, null_padding = ${uneven}, ` +
    `max_line_size = ${longest + 1}, buffer_size = ${Math.max(SMALLEST_BUFFER, longest * 2)}, ` +
    `columns = {'f': 'INTEGER', 'r': 'BIGINT', ${values.join(', ')}})`;
  const selected = Array.from({ length: columns }, (_, index) =>
    index < layout.mostColumns ? `c${index + 1}` : `CAST(NULL AS VARCHAR) AS c${index + 1}`,
  );
  return `SELECT f, r${selected.map((sql) => `, ${sql}`).join('')} FROM ${scan}`;
}

/** The files of a copy as a relation: f, name, content key, time of the last change. */
export function filesRelation(copy: LocalCopy): string {
  const rows = copy.files.map(
    (file, index) =>
      `(${index}, ${literal(file.key)}, ${literal(contentKey(file))}, make_timestamp(${file.lastModified.getTime()}000))`,
  );
  return `(VALUES ${rows.length > 0 ? rows.join(', ') : "(-1, '', '', NULL::TIMESTAMP)"}) AS files(f, name, content_key, modified)`;
}

/** A value of a file as the format has it: what stands for NULL is NULL. */
export function fileValue(sql: string, format: FileFormat): string {
  if (format.type === 'JSON') return `CAST(${sql} AS JSON)`;
  const filled = format.emptyFieldAsNull ? sql : `coalesce(${sql}, '')`;
  const nulls = format.nullIf.filter((text) => text !== '' || format.emptyFieldAsNull);
  if (nulls.length === 0) return filled;
  return `CASE WHEN ${sql} IN (${nulls.map(literal).join(', ')}) THEN NULL ELSE ${filled} END`;
}

/** Rows of staged files as FROM @stage gives them: `$1`, `$2`, … and the METADATA$ columns. */
export function stageSource(copy: LocalCopy, format: FileFormat, scanTime: Date): Source {
  const count = Math.max(1, ...copy.layouts.map((layout) => layout.mostColumns));
  const names = Array.from({ length: count }, (_, index) => `$${index + 1}`);
  const type = format.type === 'JSON' ? VARIANT : TEXT;
  const columns = [...names.map((name) => column(name, type)), ...METADATA_COLUMNS];
  const scans = copy.layouts
    .filter((layout) => layout.parts.length > 0)
    .map((layout) => layoutScan(layout, count));
  const empty = `SELECT 0 AS f, 0::BIGINT AS r${names.map((_, index) => `, CAST(NULL AS VARCHAR) AS c${index + 1}`).join('')} WHERE FALSE`;
  const values = names.map((name, index) => `${fileValue(`rows.c${index + 1}`, format)} AS ${quote(name)}`);
  const sql =
    `SELECT ${values.join(', ')}, files.name AS "METADATA$FILENAME", CAST(rows.r AS DECIMAL(38,0)) AS "METADATA$FILE_ROW_NUMBER", ` +
    'files.content_key AS "METADATA$FILE_CONTENT_KEY", files.modified AS "METADATA$FILE_LAST_MODIFIED", ' +
    `CAST(make_timestamp(${scanTime.getTime()}000) AS TIMESTAMP) AT TIME ZONE 'UTC' AS "METADATA$START_SCAN_TIME" ` +
    `FROM (${scans.length > 0 ? scans.join(' UNION ALL ') : empty}) AS rows JOIN ${filesRelation(copy)} ON files.f = rows.f`;
  return { sql, columns };
}
