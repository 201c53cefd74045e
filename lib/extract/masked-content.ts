import { createHash } from 'node:crypto';
import type { QueryResultRow } from 'pg';
import { type BucketSum, bucketCharacters, type RowDigests } from '../config/index.ts';
import type { SourceContent } from './content.ts';
import type { ComparedColumn, ContentScope, ContentShape } from './content-shape.ts';
import { columnDigest } from './content-shape.ts';
import { sourceError } from './errors.ts';
import { quoteTable } from './quote.ts';
import type { Source } from './source.ts';

/** Rows that are in memory at once. */
const rowsAtOnce = 5000;

interface DigestedRow {
  readonly columns: readonly string[];
  readonly row: string;
  readonly key: string;
  readonly isNew: boolean;
}

/** The content of a table with masks that are put on here: its rows are read, and digested one after the other. */
export function maskedContent(source: Source, shape: ContentShape, scope: ContentScope): SourceContent {
  const digested = (): AsyncGenerator<DigestedRow> => digestedRows(source, shape, scope);
  return {
    async sum(withColumns) {
      let rows = 0;
      let lower = 0n;
      let upper = 0n;
      const sums = shape.columns.map(() => 0n);
      for await (const { row, columns } of digested()) {
        rows += 1;
        lower += half(row, 16);
        upper += half(row, 0);
        if (!withColumns) continue;
        for (const [i, digest] of columns.entries()) {
          if (digest !== 'n') sums[i] = (sums[i] ?? 0n) + half(digest, 16);
        }
      }
      const columns = withColumns
        ? Object.fromEntries(shape.columns.map(({ target }, i) => [target, String(sums[i])]))
        : {};
      return { rows, lower: String(lower), upper: String(upper), columns };
    },
    async buckets() {
      const sums = new Map<string, { rows: number; sum: bigint }>();
      for await (const { key, row } of digested()) {
        const bucket = key.slice(0, bucketCharacters);
        const before = sums.get(bucket) ?? { rows: 0, sum: 0n };
        sums.set(bucket, { rows: before.rows + 1, sum: before.sum + half(row, 16) });
      }
      return new Map(
        [...sums].map(([bucket, { rows, sum }]): [string, BucketSum] => [bucket, { rows, sum: String(sum) }]),
      );
    },
    async rows(buckets) {
      const wanted = new Set(buckets);
      const found = new Map<string, RowDigests>();
      for await (const { key, row, isNew } of digested()) {
        if (!wanted.has(key.slice(0, bucketCharacters))) continue;
        const name = `${key} ${row} ${isNew}`;
        found.set(name, { key, row, rows: (found.get(name)?.rows ?? 0) + 1, isNew });
      }
      return [...found.values()];
    },
  };
}

async function* digestedRows(
  source: Source,
  { table, columns, key }: ContentShape,
  { condition, isNew }: ContentScope,
): AsyncGenerator<DigestedRow> {
  const list = columns.map((column) => (column.mask === undefined ? columnDigest(column.text) : column.text));
  const keyPlaces = key.map((column) => columns.findIndex(({ name }) => name === column.name));
  const where = condition === undefined ? '' : ` WHERE ${condition}`;
  const select = `SELECT ARRAY[${list.join(', ')}]::text[] AS columns, ${isNew} AS is_new
    FROM ${quoteTable(table.source)}${where}`;
  for await (const row of rowsOfCursor<{ columns: readonly (string | null)[]; is_new: boolean }>(
    source,
    select,
  )) {
    const digests = columns.map((column, i) => digestOf(column, row.columns[i] ?? null));
    const own = md5(digests.join(''));
    yield {
      columns: digests,
      row: own,
      key: key.length === 0 ? own : md5(keyPlaces.map((place) => digests[place] ?? 'n').join('')),
      isNew: row.is_new,
    };
  }
}

/** Of a masked column the value itself was read; of any other its digest. */
function digestOf({ mask }: ComparedColumn, value: string | null): string {
  if (mask === undefined) return value ?? 'n';
  const masked = value === null ? null : mask(value);
  return masked === null ? 'n' : md5(masked);
}

/** Rows of a statement, some at a time, in one read-only transaction. */
async function* rowsOfCursor<Row extends QueryResultRow>(
  source: Source,
  select: string,
): AsyncGenerator<Row> {
  const client = await source.connect();
  let isBroken = true;
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await client.query(`DECLARE compared NO SCROLL CURSOR FOR ${select}`);
    while (true) {
      const { rows } = await client.query<Row>(`FETCH ${rowsAtOnce} FROM compared`);
      yield* rows;
      if (rows.length < rowsAtOnce) break;
    }
    await client.query('COMMIT');
    isBroken = false;
  } catch (cause) {
    throw sourceError(cause, 'Comparing rows', source.place, { hidesText: true });
  } finally {
    client.release(isBroken);
  }
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

/** 16 characters of a digest, as a number. */
function half(digest: string, from: number): bigint {
  return BigInt(`0x${digest.slice(from, from + 16)}`);
}
