import { compilationError } from '../../../../sql/index.ts';
import { printQualified, quote } from '../../names.ts';
import type { ExecutionContext, QualifiedName, ResultColumn } from '../../statement.ts';
import type { Layout, LocalCopy } from '../files/local-copy.ts';
import { filesRelation, fileValue, layoutScan } from '../files/relation.ts';
import { conversion, jsonMember } from './conversions.ts';
import type { CopyStatement } from './statement.ts';

/** What may be wrong with a value; `bad` in the rows is the column's index times four plus one of these. */
export const BAD_VALUE = 0;
export const BAD_LENGTH = 1;
export const BAD_NULL = 2;
export const BAD_KINDS = 4;

/** A column that a COPY fills. */
interface Target {
  readonly column: ResultColumn;
  /** SQL of the text that a layout's files hold for it, or of the value itself when `ready`. */
  source(layout: Layout): { readonly sql: string; readonly ready: boolean } | undefined;
}

/** How the rows of a COPY without a query are made. */
export interface CopyPlan {
  readonly columns: readonly ResultColumn[];
  /** A row with another number of fields is an error; undefined when any number goes. */
  readonly expectedColumns: number | undefined;
  /** True when no value can fail, so that rows need no check before they are written. */
  certain(copy: LocalCopy): boolean;
  /** Columns f, r, bad, text (of the bad value) and v1 … vn (the values) of every row. */
  rows(copy: LocalCopy): string;
}

/** Plans a COPY whose columns are taken by position or matched by name. */
export async function planCopy(context: ExecutionContext, copy: CopyStatement): Promise<CopyPlan> {
  const all = await context.columnsOf(copy.table);
  const targets = copy.match === undefined ? byPosition(copy, all) : byName(copy, all);
  const counted =
    copy.match === undefined && copy.format.type === 'CSV' && copy.format.errorOnColumnCountMismatch;
  return {
    columns: targets.map((target) => target.column),
    expectedColumns: counted ? targets.length : undefined,
    certain: (local) => local.layouts.every((layout) => !checkOf(targets, layout, copy).mayFail),
    rows: (local) => rowsOf(targets, local, copy),
  };
}

function columnNamed(all: readonly ResultColumn[], name: string, table: QualifiedName): ResultColumn {
  const found = all.find((column) => column.name === name);
  if (found === undefined) {
    throw compilationError(`invalid identifier '${name}' (column of ${printQualified(table)})`, '000904');
  }
  return found;
}

function byPosition(copy: CopyStatement, all: readonly ResultColumn[]): Target[] {
  const columns = copy.columns?.map((name) => columnNamed(all, name, copy.table)) ?? all;
  if (copy.format.type === 'JSON') {
    const [only] = columns;
    if (columns.length !== 1 || only === undefined || !['VARIANT', 'OBJECT', 'ARRAY'].includes(only.type)) {
      throw compilationError(
        'JSON file format can produce one and only one column of type variant, object, or array. Load data into separate ' +
          'columns using the MATCH_BY_COLUMN_NAME copy option or copy with transformation.',
        '002020',
      );
    }
    return [{ column: only, source: () => ({ sql: 'CAST(rows.c1 AS JSON)', ready: true }) }];
  }
  return columns.map((column, index) => ({
    column,
    source: () => ({ sql: fileValue(`rows.c${index + 1}`, copy.format), ready: false }),
  }));
}

function byName(copy: CopyStatement, all: readonly ResultColumn[]): Target[] {
  const metadata = new Map(copy.includeMetadata);
  for (const name of metadata.keys()) columnNamed(all, name, copy.table);
  return all.map((column) => {
    const source = metadata.get(column.name);
    if (source !== undefined) return { column, source: () => ({ sql: metadataSql(source), ready: true }) };
    return { column, source: (layout) => matched(copy, column, layout) };
  });
}

/** The relation that a METADATA$ column is of: see `rowsOf`. */
function metadataSql(source: string): string {
  switch (source) {
    case 'METADATA$FILENAME':
      return 'files.name';
    case 'METADATA$FILE_ROW_NUMBER':
      return 'rows.r';
    case 'METADATA$FILE_CONTENT_KEY':
      return 'files.content_key';
    case 'METADATA$FILE_LAST_MODIFIED':
      return 'files.modified';
    default:
      return 'CAST(now() AS TIMESTAMPTZ)';
  }
}

function matched(copy: CopyStatement, column: ResultColumn, layout: Layout): ReturnType<Target['source']> {
  const anyCase = copy.match === 'CASE_INSENSITIVE';
  const json = ['VARIANT', 'OBJECT', 'ARRAY'].includes(column.type);
  if (copy.format.type === 'JSON') {
    const member = jsonMember('CAST(rows.c1 AS JSON)', column.name, anyCase);
    return { sql: member.text(json), ready: false };
  }
  const same = (name: string) =>
    anyCase ? name.toUpperCase() === column.name.toUpperCase() : name === column.name;
  const found = (layout.header ?? []).flatMap((name, index) => (same(name) ? [index] : []));
  if (found.length > 1) {
    throw compilationError(`Duplicate column '${column.name}' in the header of a file.`, '100016');
  }
  const [index] = found;
  return index === undefined
    ? undefined
    : { sql: fileValue(`rows.c${index + 1}`, copy.format), ready: false };
}

interface Check {
  readonly values: readonly string[];
  /** SQL of the code of the first bad value of a row, and of its text. */
  readonly bad: string;
  readonly text: string;
  readonly mayFail: boolean;
}

function checkOf(targets: readonly Target[], layout: Layout, copy: CopyStatement): Check {
  const values: string[] = [];
  const bad: string[] = [];
  const texts: string[] = [];
  for (const [index, target] of targets.entries()) {
    const source = target.source(layout);
    const found = checkedValue(target.column, source, copy);
    values.push(found.value);
    for (const fault of found.faults) {
      bad.push(`WHEN ${fault.when} THEN ${index * BAD_KINDS + fault.kind}`);
      texts.push(`WHEN ${fault.when} THEN CAST(${source?.sql ?? 'NULL'} AS VARCHAR)`);
    }
  }
  return {
    values,
    bad: bad.length === 0 ? 'NULL::INTEGER' : `CASE ${bad.join(' ')} END`,
    text: texts.length === 0 ? 'NULL::VARCHAR' : `CASE ${texts.join(' ')} END`,
    mayFail: bad.length > 0,
  };
}

function checkedValue(
  column: ResultColumn,
  source: ReturnType<Target['source']>,
  copy: CopyStatement,
): { value: string; faults: { when: string; kind: number }[] } {
  const faults: { when: string; kind: number }[] = [];
  if (source === undefined) {
    if (!column.nullable) faults.push({ when: 'TRUE', kind: BAD_NULL });
    return { value: 'NULL', faults };
  }
  const converted = source.ready
    ? { value: source.sql, mayFail: false }
    : conversion(source.sql, column, copy.format);
  let { value } = converted;
  if (converted.mayFail)
    faults.push({ when: `${source.sql} IS NOT NULL AND ${value} IS NULL`, kind: BAD_VALUE });
  const { length } = column;
  if (column.type === 'TEXT' && length !== undefined && !source.ready) {
    if (copy.truncateColumns) value = `left(${value}, ${length})`;
    else faults.push({ when: `length(${value}) > ${length}`, kind: BAD_LENGTH });
  }
  if (!column.nullable) faults.push({ when: `${source.sql} IS NULL`, kind: BAD_NULL });
  return { value, faults };
}

function rowsOf(targets: readonly Target[], local: LocalCopy, copy: CopyStatement): string {
  const selects = local.layouts
    .filter((layout) => layout.parts.length > 0)
    .map((layout) => {
      const check = checkOf(targets, layout, copy);
      const values = check.values.map((value, index) => `${value} AS v${index + 1}`).join(', ');
      const needsFiles = check.values.some((value) => value.startsWith('files.'));
      const join = needsFiles ? ` JOIN ${filesRelation(local)} ON files.f = rows.f` : '';
      const scan = layoutScan(layout, Math.max(layout.mostColumns, targets.length));
      return `SELECT rows.f AS f, rows.r AS r, ${check.bad} AS bad, ${check.text} AS text, ${values} FROM (${scan}) AS rows${join}`;
    });
  if (selects.length > 0) return selects.join(' UNION ALL ');
  const none = targets.map((_, index) => `NULL AS v${index + 1}`).join(', ');
  return `SELECT 0 AS f, 0 AS r, NULL::INTEGER AS bad, NULL::VARCHAR AS text, ${none} WHERE FALSE`;
}

/** The table's columns that a plan fills, for INSERT. */
export function insertList(columns: readonly ResultColumn[]): string {
  return columns.map((column) => quote(column.name)).join(', ');
}
