import { quoteIdentifier, quoteTable } from './quote.ts';
import type { Queryable } from './source.ts';
import type { WindowJob } from './window-job.ts';

/** How many values of a column its policy changes in a window. */
export interface AdjustedColumn {
  readonly column: string;
  readonly policy: string;
  readonly values: number;
}

/** Counts what policies change in a window, by the SQL that changes it, in the snapshot of `session`. */
export async function countAdjusted(
  session: Queryable,
  { table, columns, condition }: Pick<WindowJob, 'table' | 'columns' | 'condition'>,
): Promise<readonly AdjustedColumn[]> {
  const policed = columns.flatMap(({ name, live }) =>
    live.changes === undefined ? [] : [{ name, changes: live.changes(quoteIdentifier(name)) }],
  );
  if (policed.length === 0) return [];
  const counts = policed.map(({ changes }) => `count(*) FILTER (WHERE ${changes})`);
  const where = condition === undefined ? '' : ` WHERE ${condition}`;
  const [row] = await session.query<{ counts: readonly string[] }>(
    `SELECT ARRAY[${counts.join(', ')}]::text[] AS counts FROM ${quoteTable(table.source)}${where}`,
  );
  return policed.map(({ name }, i) => ({
    column: name,
    policy: table.values[name] ?? 'reject',
    values: Number(row?.counts[i] ?? 0),
  }));
}
