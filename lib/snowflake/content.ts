import {
  type BucketSum,
  bucketCharacters,
  type ContentSum,
  joinedDigests,
  type Project,
  type RowDigests,
  type Table,
} from '../config/index.ts';
import { documentSums } from './document-form.ts';
import { quoteIdentifier, quoteLiteral } from './quoting.ts';
import { tableIn } from './template-values.ts';
import { textForm } from './text-form.ts';
import type { Warehouse } from './warehouse.ts';

/** A column of RAW that is compared. */
export interface RawColumn {
  /** Name in Snowflake. */
  readonly target: string;
  readonly targetType: string;
  /** Of a VARIANT: whether what it holds is compared, and not only that there is a value. */
  readonly isDocument: boolean;
}

/** What of a table in RAW is compared. */
export interface RawShape {
  readonly project: Project;
  readonly table: Table;
  readonly columns: readonly RawColumn[];
  readonly key: readonly RawColumn[];
}

/** Sums over the rows of RAW, by window; or over all of them, under the name `all`. */
export async function rawSums(
  warehouse: Warehouse,
  shape: RawShape,
  options: { readonly byWindow: boolean; readonly withColumns: boolean },
): Promise<ReadonlyMap<string, ContentSum>> {
  const columns = options.withColumns ? shape.columns : [];
  const digests = shape.columns.map((_, i) => `each_row.C${i}`);
  const { rows } = await warehouse.execute(
    `SELECT ${options.byWindow ? '_WINDOW' : `'all'`} AS WINDOW_ID, COUNT(*) AS ROW_COUNT,
       TO_VARCHAR(SUM(MD5_NUMBER_LOWER64(ROW_TEXT))) AS LOWER_SUM,
       TO_VARCHAR(SUM(MD5_NUMBER_UPPER64(ROW_TEXT))) AS UPPER_SUM
       ${columns.map((_, i) => `, TO_VARCHAR(COALESCE(SUM(V${i}), 0)) AS S${i}`).join('')}
     FROM (
       SELECT each_row._WINDOW, ${joinedDigests(digests)} AS ROW_TEXT
         ${columns.map((_, i) => `, each_row.V${i}`).join('')}
       FROM (
         SELECT raw_rows._WINDOW
           ${shape.columns.map((column, i) => `, ${columnDigest(column)} AS C${i}`).join('')}
           ${columns.map((column, i) => `, ${columnNumber(column)} AS V${i}`).join('')}
         FROM ${rawRows(shape, '')}
       ) AS each_row
     ) AS digested
     GROUP BY WINDOW_ID`,
  );
  return new Map(
    rows.map((row) => [
      String(row.WINDOW_ID),
      {
        rows: Number(row.ROW_COUNT),
        lower: String(row.LOWER_SUM),
        upper: String(row.UPPER_SUM),
        columns: Object.fromEntries(columns.map(({ target }, i) => [target, String(row[`S${i}`])])),
      },
    ]),
  );
}

/** The digests of the rows of RAW, or of one window of it. */
export interface RawContent {
  buckets(): Promise<ReadonlyMap<string, BucketSum>>;
  rows(buckets: readonly string[]): Promise<readonly RowDigests[]>;
}

/** @param window all rows when there is none */
export function rawContent(warehouse: Warehouse, shape: RawShape, window: string | undefined): RawContent {
  const inWindow = window === undefined ? '' : `= ${quoteLiteral(window)}`;
  const where = (name: string): string => (inWindow === '' ? '' : `WHERE ${name} ${inWindow}`);
  const digested = `SELECT ${keyText(shape, ofRaw)} AS KEY_TEXT, ${rowText(shape)} AS ROW_TEXT
    FROM ${rawRows(shape, where('_WINDOW'))} ${where('raw_rows._WINDOW')}`;
  return {
    async buckets() {
      const { rows } = await warehouse.execute(
        `SELECT LEFT(MD5(KEY_TEXT), ${bucketCharacters}) AS BUCKET, COUNT(*) AS ROW_COUNT,
           TO_VARCHAR(SUM(MD5_NUMBER_LOWER64(ROW_TEXT))) AS ROW_SUM
         FROM (${digested}) AS digested GROUP BY BUCKET`,
      );
      return new Map(
        rows.map((row) => [String(row.BUCKET), { rows: Number(row.ROW_COUNT), sum: String(row.ROW_SUM) }]),
      );
    },
    async rows(buckets) {
      const { rows } = await warehouse.execute(
        `SELECT MD5(KEY_TEXT) AS KEY_DIGEST, MD5(ROW_TEXT) AS ROW_DIGEST, COUNT(*) AS ROW_COUNT
         FROM (${digested}) AS digested
         WHERE LEFT(MD5(KEY_TEXT), ${bucketCharacters}) IN (${buckets.map(quoteLiteral).join(', ')})
         GROUP BY KEY_DIGEST, ROW_DIGEST`,
      );
      return rows.map((row) => ({
        key: String(row.KEY_DIGEST),
        row: String(row.ROW_DIGEST),
        rows: Number(row.ROW_COUNT),
      }));
    },
  };
}

/**
 * SQL of the text whose MD5 is the digest of a row's key; of the row itself where there is no key.
 *
 * @param prefix before the names of columns, where the table has a name in the statement
 */
export function keyText({ columns, key }: RawShape, prefix = ''): string {
  return joinedDigests((key.length === 0 ? columns : key).map((column) => columnDigest(column, prefix)));
}

function rowText({ columns }: RawShape): string {
  return joinedDigests(columns.map((column) => columnDigest(column)));
}

/** The rows of a table, each with the sums of its documents beside it. */
function rawRows({ project, table, columns }: RawShape, where: string): string {
  const raw = tableIn(project, 'raw', table);
  const joins = columns
    .filter(({ isDocument }) => isDocument)
    .map(({ target }) => {
      const name = sumsOf(target);
      return `LEFT JOIN (${documentSums(quoteIdentifier(target), raw, where)}) AS ${name}
        ON ${name}._FILE = raw_rows._FILE AND ${name}._ROW = raw_rows._ROW`;
    });
  return [`${raw} AS raw_rows`, ...joins].join('\n');
}

/** Name of the sums of a column of documents. */
function sumsOf(target: string): string {
  return quoteIdentifier(`sums of ${target}`.slice(0, 255));
}

const ofRaw = 'raw_rows.';

function columnDigest(column: RawColumn, prefix = ofRaw): string {
  const value = `${prefix}${quoteIdentifier(column.target)}`;
  return `CASE WHEN ${value} IS NULL THEN 'n' ELSE MD5(${columnText(column, value)}) END`;
}

function columnNumber(column: RawColumn): string {
  const value = `${ofRaw}${quoteIdentifier(column.target)}`;
  return `CASE WHEN ${value} IS NULL THEN NULL ELSE MD5_NUMBER_LOWER64(${columnText(column, value)}) END`;
}

function columnText({ target, targetType, isDocument }: RawColumn, value: string): string {
  return isDocument ? `${sumsOf(target)}.SUMS` : textForm(value, targetType);
}
