import { quoteLiteral } from '../../../snowflake/index.ts';
import { compilerError } from '../../context/exceptions.ts';
import type { UnitTestRows } from '../../graph/node.ts';
import { parseCsv } from '../../project/csv.ts';
import { folded, renderPart } from '../../relation.ts';
import type { Data, DataRecord } from '../../values.ts';

/** Types of the columns of a relation, by their names as Snowflake keeps them. */
export type ColumnTypes = ReadonlyMap<string, string>;

/**
 * A query that gives the rows of a unit test. Columns that have a type are cast to it; those of the relation that the rows
 * leave out are NULL.
 *
 * @param what names the rows in errors
 */
export function rowsQuery(rows: UnitTestRows, types: ColumnTypes, what: string): string {
  if (rows.format === 'sql') return rows.text;
  const records = rows.format === 'dict' ? rows.rows : csvRecords(rows.text);
  const named = columnsOf(records);
  const given = new Set(named.map((name) => folded(name, false)));
  const others = [...types.keys()].filter((name) => !given.has(name));
  const columns = [...named, ...others];
  if (columns.length === 0) {
    throw compilerError(
      `the columns of ${what} are not known, and no row names them`,
      'Give a row, or describe the columns with their data_type in a schema file.',
    );
  }
  const select = (record: DataRecord): string =>
    `select ${columns
      .map((name) => `${valueSql(record[name] ?? null, typeOf(name, types))} as ${renderPart(name, false)}`)
      .join(', ')}`;
  if (records.length === 0) return `${select({})} where false`;
  return records.map(select).join('\nunion all\n');
}

/** The columns that the rows of a unit test name; undefined when only their SQL can tell. */
export function namedColumns(rows: UnitTestRows): string[] | undefined {
  if (rows.format === 'sql') return undefined;
  return columnsOf(rows.format === 'dict' ? rows.rows : csvRecords(rows.text));
}

function columnsOf(records: readonly DataRecord[]): string[] {
  return [...new Set(records.flatMap((record) => Object.keys(record)))];
}

function typeOf(name: string, types: ColumnTypes): string | undefined {
  return types.get(folded(name, false));
}

function csvRecords(text: string): DataRecord[] {
  const [header = [], ...records] = parseCsv(text.trim());
  return records.map((record) =>
    Object.fromEntries(header.map((name, index) => [name.trim(), csvValue(record[index]?.trim() ?? '')])),
  );
}

/** A CSV has no types: nothing is NULL, and what is written as a number is one unless its column says otherwise. */
function csvValue(text: string): Data {
  if (text === '' || text.toLowerCase() === 'null') return null;
  return /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,9})?$/.test(text) ? Number(text) : text;
}

function valueSql(value: Data, type: string | undefined): string {
  const literal = literalSql(value);
  return type === undefined ? literal : `cast(${literal} as ${type})`;
}

function literalSql(value: Data): string {
  if (value === null) return 'null';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return quoteLiteral(value);
  return `parse_json(${quoteLiteral(JSON.stringify(value))})`;
}
