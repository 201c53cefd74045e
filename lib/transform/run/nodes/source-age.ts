import type { Warehouse } from '../../../snowflake/index.ts';
import type { SourceNode, Threshold } from '../../graph/node.ts';
import { type RelationName, sqlName } from '../../relation.ts';

/** How old the newest row of a source's table is. */
export interface Age {
  readonly maxLoadedAt: string;
  readonly snapshottedAt: string;
  readonly ageSeconds: number;
  readonly status: 'pass' | 'warn' | 'error';
}

const secondsOf: Readonly<Record<Threshold['period'], number>> = { minute: 60, hour: 3600, day: 86_400 };

/** An empty table counts as loaded at the first instant that dbt knows, so it is always too old. */
const never = '0001-01-01T00:00:00Z';

/** The statement that asks a source's table for its newest row and the warehouse's clock. */
function freshnessSql(source: SourceNode, relation: RelationName): string {
  const newest =
    source.loadedAtQuery === null
      ? `select max(${source.loadedAtField ?? ''}) from ${sqlName(relation)}${filterOf(source)}`
      : source.loadedAtQuery;
  return `select (\n${newest}\n) as max_loaded_at, current_timestamp() as snapshotted_at`;
}

function filterOf(source: SourceNode): string {
  const filter = source.freshness?.filter ?? null;
  return filter === null ? '' : ` where ${filter}`;
}

/** Asks how fresh a source's table is. Times without a zone are UTC, as dbt has it. */
export async function measureAge(
  session: Warehouse,
  source: SourceNode,
  relation: RelationName,
): Promise<Age> {
  const { rows } = await session.execute(freshnessSql(source, relation));
  const [row] = rows;
  const maxLoadedAt = instantOf(row?.MAX_LOADED_AT) ?? never;
  const snapshottedAt = instantOf(row?.SNAPSHOTTED_AT) ?? new Date().toISOString();
  const ageSeconds = (Date.parse(snapshottedAt) - Date.parse(maxLoadedAt)) / 1000;
  return { maxLoadedAt, snapshottedAt, ageSeconds, status: statusOf(source, ageSeconds) };
}

/** Too old is strictly older than the threshold, as in dbt. */
function statusOf(source: SourceNode, ageSeconds: number): Age['status'] {
  const exceeds = (threshold: Threshold | null | undefined): boolean =>
    threshold != null && ageSeconds > threshold.count * secondsOf[threshold.period];
  if (exceeds(source.freshness?.errorAfter)) return 'error';
  return exceeds(source.freshness?.warnAfter) ? 'warn' : 'pass';
}

function instantOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const zoned = /(?:Z|[+-]\d\d:?\d\d)$/.test(value);
  const dated = /^\d{4}-\d\d-\d\d$/.test(value) ? `${value}T00:00:00` : value;
  const time = Date.parse(zoned ? value : `${dated}Z`);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}
