import {
  quoteIdentifier,
  type Warehouse,
  WarehouseError,
  type WarehouseValue,
} from '../../snowflake/index.ts';

/** A place as the warehouse keeps it: folded, and exact. */
export interface CatalogPlace {
  readonly database: string;
  readonly schema: string;
  readonly name: string;
}

/** A relation as INFORMATION_SCHEMA tells of it. */
export interface CatalogRelation extends CatalogPlace {
  /** `BASE TABLE`, `VIEW`, `DYNAMIC TABLE`, … */
  readonly type: string;
  readonly owner: string | null;
  readonly comment: string | null;
  readonly clusteringKey: string | null;
  /** Null for what has no rows of its own. */
  readonly rows: number | null;
  readonly bytes: number | null;
  /** `2026-11-21 09:30UTC` */
  readonly lastAltered: string | null;
  /** In their order. */
  readonly columns: readonly CatalogColumn[];
}

export interface CatalogColumn {
  readonly name: string;
  readonly index: number;
  /** As INFORMATION_SCHEMA has it, without length or precision: what dbt's catalog holds. */
  readonly type: string;
  /** With length, precision and scale: what people want to see. */
  readonly fullType: string;
  readonly comment: string | null;
}

type Row = Readonly<Record<string, WarehouseValue>>;

/** Relations that are asked for by name; beyond that the whole schemas are read, which is fewer and shorter statements. */
const namesInQuery = 500;

/** A text that is the same for two places if and only if they are the same. */
export function placeKey({ database, schema, name }: CatalogPlace): string {
  return JSON.stringify([database, schema, name]);
}

/** What was found, by `placeKey`, and what kept a database from being asked. */
export interface CatalogAnswer {
  readonly relations: ReadonlyMap<string, CatalogRelation>;
  readonly errors: readonly string[];
}

/**
 * Asks INFORMATION_SCHEMA for relations: two statements a database. What is not there is left out, and so is a database that
 * refuses: a source that the role may not see keeps nobody from documenting the rest.
 *
 * @throws WarehouseError for anything else that goes wrong
 */
export async function readCatalog(
  warehouse: Warehouse,
  places: readonly CatalogPlace[],
  signal?: AbortSignal,
): Promise<CatalogAnswer> {
  const relations = new Map<string, CatalogRelation>();
  const errors: string[] = [];
  for (const [database, inDatabase] of Map.groupBy(places, (place) => place.database)) {
    try {
      for (const relation of await readDatabase(warehouse, database, inDatabase, signal)) {
        relations.set(placeKey(relation), relation);
      }
    } catch (error) {
      if (!isRefusal(error)) throw error;
      errors.push(`The catalog of ${database} cannot be read: ${error.message}`);
    }
  }
  return { relations, errors };
}

/** Snowflake's numbers for what is not there or may not be seen, which it does not tell apart, and for a missing privilege. */
const refusals = new Set([2003, 2043, 3001]);

function isRefusal(error: unknown): error is WarehouseError {
  return error instanceof WarehouseError && refusals.has(error.snowflakeCode ?? 0);
}

async function readDatabase(
  warehouse: Warehouse,
  database: string,
  places: readonly CatalogPlace[],
  signal: AbortSignal | undefined,
): Promise<CatalogRelation[]> {
  const wanted = new Set(places.map(placeKey));
  const { where, binds } = condition(places);
  const from = `${quoteIdentifier(database)}.INFORMATION_SCHEMA`;
  const options = { binds, ...(signal === undefined ? {} : { signal }) };
  const columnRows = await warehouse.execute(
    `${columnQuery} FROM ${from}.COLUMNS ${where} ORDER BY ORDINAL_POSITION`,
    options,
  );
  const columns = columnsByTable(columnRows.rows);
  const tables = await warehouse.execute(`${tableQuery} FROM ${from}.TABLES ${where}`, options);
  return tables.rows.flatMap((row) => {
    const place = { database, schema: String(row.TABLE_SCHEMA), name: String(row.TABLE_NAME) };
    return wanted.has(placeKey(place)) ? [relationOf(place, row, columns.get(tableKey(row)) ?? [])] : [];
  });
}

const tableQuery = `SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE, TABLE_OWNER, COMMENT, CLUSTERING_KEY, ROW_COUNT, BYTES, IS_DYNAMIC,
  TO_VARCHAR(CONVERT_TIMEZONE('UTC', LAST_ALTERED), 'YYYY-MM-DD HH24:MI') || 'UTC' AS LAST_ALTERED_AT`;

const columnQuery = `SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, ORDINAL_POSITION, DATA_TYPE, CHARACTER_MAXIMUM_LENGTH,
  NUMERIC_PRECISION, NUMERIC_SCALE, DATETIME_PRECISION, COMMENT`;

function condition(places: readonly CatalogPlace[]): { where: string; binds: string[] } {
  const marks = (values: readonly string[]) => values.map(() => '?').join(', ');
  const schemas = [...new Set(places.map(({ schema }) => schema))];
  const names = [...new Set(places.map(({ name }) => name))];
  const bySchema = `WHERE TABLE_SCHEMA IN (${marks(schemas)})`;
  if (names.length > namesInQuery) return { where: bySchema, binds: schemas };
  return { where: `${bySchema} AND TABLE_NAME IN (${marks(names)})`, binds: [...schemas, ...names] };
}

function tableKey(row: Row): string {
  return JSON.stringify([row.TABLE_SCHEMA, row.TABLE_NAME]);
}

function columnsByTable(rows: readonly Row[]): Map<string, CatalogColumn[]> {
  const byTable = new Map<string, CatalogColumn[]>();
  for (const row of rows) {
    const key = tableKey(row);
    const columns = byTable.get(key) ?? [];
    columns.push({
      name: String(row.COLUMN_NAME),
      index: Number(row.ORDINAL_POSITION),
      type: String(row.DATA_TYPE),
      fullType: fullType(row),
      comment: textOf(row.COMMENT),
    });
    byTable.set(key, columns);
  }
  return byTable;
}

function relationOf(place: CatalogPlace, row: Row, columns: readonly CatalogColumn[]): CatalogRelation {
  const type = String(row.TABLE_TYPE);
  return {
    ...place,
    type: type === 'BASE TABLE' && row.IS_DYNAMIC === 'YES' ? 'DYNAMIC TABLE' : type,
    owner: textOf(row.TABLE_OWNER),
    comment: textOf(row.COMMENT),
    clusteringKey: textOf(row.CLUSTERING_KEY),
    rows: numberOf(row.ROW_COUNT),
    bytes: numberOf(row.BYTES),
    lastAltered: textOf(row.LAST_ALTERED_AT),
    columns,
  };
}

/** `NUMBER(10,2)`, `VARCHAR(20)`, `TIMESTAMP_NTZ(6)`; a VARCHAR of the greatest length is only VARCHAR. */
function fullType(row: Row): string {
  const type = String(row.DATA_TYPE);
  const length = numberOf(row.CHARACTER_MAXIMUM_LENGTH);
  if (type === 'TEXT') return length === null || length >= 16_777_216 ? 'VARCHAR' : `VARCHAR(${length})`;
  const precision = numberOf(row.NUMERIC_PRECISION);
  if (type === 'NUMBER' && precision !== null)
    return `NUMBER(${precision},${numberOf(row.NUMERIC_SCALE) ?? 0})`;
  const fraction = numberOf(row.DATETIME_PRECISION);
  if (/^TIME/.test(type) && fraction !== null) return `${type}(${fraction})`;
  return type;
}

function textOf(value: WarehouseValue | undefined): string | null {
  return value === null || value === undefined || value === '' ? null : String(value);
}

function numberOf(value: WarehouseValue | undefined): number | null {
  return value === null || value === undefined ? null : Number(value);
}
