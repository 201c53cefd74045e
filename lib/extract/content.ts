import {
  type BucketSum,
  bucketCharacters,
  type ContentSum,
  joinedDigests,
  type RowDigests,
} from '../config/index.ts';
import { type ContentScope, type ContentShape, columnDigest, positionName } from './content-shape.ts';
import { SourceError, sourceError } from './errors.ts';
import { maskedContent } from './masked-content.ts';
import { quoteLiteral, quoteTable } from './quote.ts';
import type { Source } from './source.ts';

/** The content of a table in the source, as digests. */
export interface SourceContent {
  /** @param withColumns also the sum of each column, so that a difference can be told by its column */
  sum(withColumns: boolean): Promise<ContentSum>;
  /** By the first characters of the digests of keys. */
  buckets(): Promise<ReadonlyMap<string, BucketSum>>;
  /** The rows of some buckets. */
  rows(buckets: readonly string[]): Promise<readonly RowDigests[]>;
}

/**
 * Digests of the rows of a scope: computed by Postgres, so that only sums leave it; where masks are put on outside of it the rows are
 * read and digested here, some at a time.
 */
export function sourceContent(source: Source, shape: ContentShape, scope: ContentScope): SourceContent {
  const isMasked = [...shape.columns, ...shape.key].some(({ mask }) => mask !== undefined);
  if (isMasked) return maskedContent(source, shape, scope);
  const content = digestedBySource(source, shape, scope);
  return Object.keys(shape.table.mask).length === 0 ? content : hidingText(content, source);
}

/** A table with masks: what the server says of a failure may quote a value, and is left out. */
function hidingText(content: SourceContent, source: Source): SourceContent {
  const hide = async <Result>(reading: Promise<Result>): Promise<Result> => {
    try {
      return await reading;
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      throw sourceError(error.cause ?? error.code, 'Comparing rows', source.place, { hidesText: true });
    }
  };
  return {
    sum: (withColumns) => hide(content.sum(withColumns)),
    buckets: () => hide(content.buckets()),
    rows: (buckets) => hide(content.rows(buckets)),
  };
}

function digestedBySource(source: Source, shape: ContentShape, scope: ContentScope): SourceContent {
  const { columns } = shape;
  const where = scope.condition === undefined ? '' : ` WHERE ${scope.condition}`;
  const row = joinedDigests(columns.map(({ text }) => columnDigest(text)));
  const key = shape.key.length === 0 ? row : joinedDigests(shape.key.map(({ text }) => columnDigest(text)));
  const from = `FROM ${quoteTable(shape.table.source)}${where}`;
  // OFFSET 0 keeps the planner from computing a digest once for each place where it is named.
  const digested = `SELECT md5(${row}) AS row, md5(${key}) AS key, ${scope.isNew} AS is_new ${from} OFFSET 0`;
  return {
    async sum(withColumns) {
      const each = withColumns
        ? columns.map(({ text }, i) => `${columnDigest(text)} AS ${positionName(i)}`)
        : [];
      const digests = withColumns ? joinedDigests(columns.map((_, i) => `each_row.${positionName(i)}`)) : row;
      const inner = withColumns
        ? `SELECT md5(${digests}) AS row, each_row.* FROM (SELECT ${each.join(', ')} ${from} OFFSET 0) AS each_row`
        : `SELECT md5(${row}) AS row ${from}`;
      const columnSums = withColumns
        ? columns.map((_, i) => sumOf(lowerHalf(positionName(i)), `${positionName(i)} <> 'n'`))
        : [];
      const [found] = await source.query<{
        rows: string;
        lower: string;
        upper: string;
        columns: readonly string[];
      }>(
        `SELECT count(*)::text AS rows, ${sumOf(lowerHalf('row'))} AS lower, ${sumOf(upperHalf('row'))} AS upper,
           ARRAY[${columnSums.join(', ')}]::text[] AS columns
         FROM (${inner} OFFSET 0) AS digested`,
      );
      return {
        rows: Number(found?.rows ?? 0),
        lower: found?.lower ?? '0',
        upper: found?.upper ?? '0',
        columns: Object.fromEntries((found?.columns ?? []).map((sum, i) => [columns[i]?.target ?? '', sum])),
      };
    },
    async buckets() {
      const found = await source.query<{ bucket: string; rows: string; sum: string }>(
        `SELECT left(key, ${bucketCharacters}) AS bucket, count(*)::text AS rows, ${sumOf(lowerHalf('row'))} AS sum
         FROM (${digested}) AS digested GROUP BY 1`,
      );
      return new Map(found.map(({ bucket, rows, sum }) => [bucket, { rows: Number(rows), sum }]));
    },
    async rows(buckets) {
      const found = await source.query<{ key: string; row: string; rows: string; is_new: boolean }>(
        `SELECT key, row, is_new, count(*)::text AS rows FROM (${digested}) AS digested
         WHERE left(key, ${bucketCharacters}) IN (${buckets.map(quoteLiteral).join(', ')}) GROUP BY 1, 2, 3`,
      );
      return found.map(({ key, row, rows, is_new }) => ({ key, row, rows: Number(rows), isNew: is_new }));
    },
  };
}

/** A half of a digest, as the signed number that Postgres has. */
function lowerHalf(digest: string): string {
  return `('x' || substr(${digest}, 17, 16))::bit(64)::bigint`;
}

function upperHalf(digest: string): string {
  return `('x' || substr(${digest}, 1, 16))::bit(64)::bigint`;
}

/** The sum of numbers of 64 bits, taken without a sign. */
function sumOf(number: string, condition = 'TRUE'): string {
  const valid = `CASE WHEN ${condition} THEN ${number} END`;
  return `coalesce(sum(${valid}) + 18446744073709551616 * count(*) FILTER (WHERE ${valid} < 0), 0)::text`;
}
