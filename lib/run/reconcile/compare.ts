import type { BucketSum, RowDigests } from '../../config/index.ts';

/** One side of a comparison. */
interface Side {
  buckets(): Promise<ReadonlyMap<string, BucketSum>>;
  rows(buckets: readonly string[]): Promise<readonly RowDigests[]>;
}

/** The rows of one key (or of one content, without a key) that both sides do not have alike. */
export interface Difference {
  /** Digest of the key. */
  readonly key: string;
  /** Rows of RAW that the source does not have so, in number. */
  readonly raw: number;
  /** Rows that RAW does not have so; those that are new come last. */
  readonly source: readonly RowDigests[];
  /** Whether the source has the key at all. */
  readonly isInSource: boolean;
}

/** Rows that are in memory at once, of both sides together. */
const rowsAtOnce = 200_000;

/**
 * What is different on two sides, found by the sums of buckets first, so that only buckets that differ are looked at row by row.
 * RAW is read before the source: a row that is loaded meanwhile is in the source, too.
 */
export async function* differences(raw: Side, source: Side): AsyncGenerator<Difference> {
  const inRaw = await raw.buckets();
  const inSource = await source.buckets();
  for (const buckets of passes(inRaw, inSource)) {
    const rawRows = await raw.rows(buckets);
    const sourceRows = await source.rows(buckets);
    yield* differencesOf(rawRows, sourceRows);
  }
}

/** The buckets that differ, as many at once as fit in memory. */
function* passes(
  raw: ReadonlyMap<string, BucketSum>,
  source: ReadonlyMap<string, BucketSum>,
): Generator<readonly string[]> {
  let buckets: string[] = [];
  let rows = 0;
  for (const bucket of new Set([...raw.keys(), ...source.keys()])) {
    const [one, other] = [raw.get(bucket), source.get(bucket)];
    if (one?.rows === other?.rows && one?.sum === other?.sum) continue;
    const own = (one?.rows ?? 0) + (other?.rows ?? 0);
    if (buckets.length > 0 && rows + own > rowsAtOnce) {
      yield buckets;
      buckets = [];
      rows = 0;
    }
    buckets.push(bucket);
    rows += own;
  }
  if (buckets.length > 0) yield buckets;
}

function* differencesOf(
  rawRows: readonly RowDigests[],
  sourceRows: readonly RowDigests[],
): Generator<Difference> {
  const rawByKey = Map.groupBy(rawRows, ({ key }) => key);
  const sourceByKey = Map.groupBy(sourceRows, ({ key }) => key);
  for (const key of new Set([...rawByKey.keys(), ...sourceByKey.keys()])) {
    const left = new Map<string, number>();
    for (const { row, rows } of rawByKey.get(key) ?? []) left.set(row, (left.get(row) ?? 0) + rows);
    const source: RowDigests[] = [];
    // What was there before is matched first, so that what is left over is what is new.
    const oldFirst = (sourceByKey.get(key) ?? []).toSorted((a, b) => Number(a.isNew) - Number(b.isNew));
    for (const found of oldFirst) {
      const same = Math.min(left.get(found.row) ?? 0, found.rows);
      left.set(found.row, (left.get(found.row) ?? 0) - same);
      if (found.rows > same) source.push({ ...found, rows: found.rows - same });
    }
    const raw = [...left.values()].reduce((sum, rows) => sum + rows, 0);
    if (raw > 0 || source.length > 0) yield { key, raw, source, isInSource: sourceByKey.has(key) };
  }
}
