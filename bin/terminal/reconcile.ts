import type { Explanation, ReconciledWindow, VanishedKeys } from '../../lib/run/index.ts';
import { formatCount } from './format.ts';
import { renderTable } from './table.ts';

const counts = ['source', 'extracted', 'staged', 'landed', 'applied', 'rejected', 'raw'] as const;

type Row = Pick<ReconciledWindow, 'table' | 'window' | 'status' | (typeof counts)[number]>;

/** What each reason means, for those that are there. */
const meanings: Readonly<Record<keyof Explanation, string>> = {
  late: 'late: written since the window was read; `sluice run --from --to` reads these days again',
  updated: 'updated: changed in the source since it was read; the next read of the window brings it',
  deleted: 'deleted: no longer in the source; see `sluice reconcile --deletes`',
  rejected: 'rejected: did not fit, see OPS.REJECTS',
  missing:
    'MISSING: in the source since before it was read, and not in RAW; `sluice status` says what needs a person',
  altered:
    'ALTERED: other content in RAW than in the source, which was not written to since (or its cursor did not move with the change)',
  duplicates: 'DUPLICATES: more than once in RAW by a key that the source has once',
};

/** The result of a comparison: a row a table, then what is not the same and why. */
export function reconcileLines(windows: readonly ReconciledWindow[], withContent: boolean): string[] {
  const lines = [countTable(totals(windows))];
  const unequal = windows.filter(({ status }) => status !== 'equal');
  if (unequal.length === 0) {
    const what = withContent ? 'the same rows on both sides' : 'the same at every place';
    lines.push(`${formatCount(windows.length)} windows, ${what}.`);
  } else {
    lines.push('\nNot the same everywhere:', countTable(unequal));
    const reasons = new Set(unequal.flatMap(({ explanation }) => reasonsOf(explanation)));
    lines.push(...[...reasons].map((reason) => `${meanings[reason]}.`));
    lines.push(...unequal.map(reasonLine));
  }
  const left = new Set(
    windows.flatMap(({ table, content }) =>
      (content?.notCompared ?? []).map(
        ({ column, reason }) => `Not compared: ${table}.${column} (${reason}).`,
      ),
    ),
  );
  return [...lines, ...left];
}

function reasonLine({ table, window, explanation, content }: ReconciledWindow): string {
  const reasons = reasonsOf(explanation).map((reason) => `${formatCount(explanation[reason])} ${reason}`);
  // Where rows are there on one side only, every column differs.
  const columns = explanation.altered + explanation.updated > 0 ? (content?.differing ?? []) : [];
  return [
    `  ${table} ${window}: ${reasons.join(', ') || 'rows are missing or doubled on the way'}`,
    ...(columns.length === 0 ? [] : [`differs in ${columns.join(', ')}`]),
  ].join('; ');
}

function reasonsOf(explanation: Explanation): readonly (keyof Explanation)[] {
  return (['missing', 'altered', 'duplicates', 'rejected', 'late', 'updated', 'deleted'] as const).filter(
    (reason) => explanation[reason] > 0,
  );
}

function countTable(rows: readonly Row[]): string {
  return renderTable(
    [
      { title: 'table' },
      { title: 'window' },
      ...counts.map((title) => ({ title, align: 'right' as const })),
      { title: 'status' },
    ],
    rows.map((row) => [row.table, row.window, ...counts.map((count) => countText(row[count])), row.status]),
  );
}

function countText(count: number | null): string {
  return count === null ? '' : formatCount(count);
}

/** One row a table, over all its windows; a table that merges was also compared as a whole. */
function totals(windows: readonly ReconciledWindow[]): readonly Row[] {
  return [...Map.groupBy(windows, ({ table }) => table)].map(([table, all]) => {
    const own = all.filter(({ window }) => window !== 'all');
    const sum = (count: (typeof counts)[number]): number =>
      own.reduce((total, window) => total + (window[count] ?? 0), 0);
    const worst = (['different', 'explained', 'equal'] as const).find((status) =>
      all.some((one) => one.status === status),
    );
    return {
      table,
      window: own.length === 1 ? (own[0]?.window ?? '') : `${formatCount(own.length)} windows`,
      source: own.every(({ source }) => source === null) ? null : sum('source'),
      extracted: sum('extracted'),
      staged: sum('staged'),
      landed: sum('landed'),
      applied: sum('applied'),
      rejected: sum('rejected'),
      raw: sum('raw'),
      status: worst ?? 'equal',
    };
  });
}

/** Keys that are shown on a terminal; all that were told stand in the JSON. */
const keysShown = 20;

/** The result of a comparison of keys. */
export function vanishedLines(tables: readonly VanishedKeys[]): string[] {
  if (tables.length === 0) return ['No table is read whole or by a cursor and has a key.'];
  const lines = [
    renderTable(
      [
        { title: 'table' },
        { title: 'keys in RAW', align: 'right' },
        { title: 'vanished', align: 'right' },
        { title: 'removed', align: 'right' },
      ],
      tables.map(({ table, compared, vanished, removed }) => [
        table,
        formatCount(compared),
        formatCount(vanished),
        countText(removed),
      ]),
    ),
  ];
  for (const { table, vanished, keys } of tables.filter((one) => one.vanished > 0)) {
    lines.push(`\nNo longer in the source of ${table}:`);
    for (const key of keys.slice(0, keysShown)) {
      lines.push(
        `  ${Object.entries(key)
          .map(([name, value]) => `${name} ${value}`)
          .join(', ')}`,
      );
    }
    if (vanished > keysShown) lines.push(`  and ${formatCount(vanished - keysShown)} more`);
  }
  const isDry = tables.some(({ removed, vanished }) => removed === null && vanished > 0);
  return isDry ? [...lines, '\nNothing was changed; --apply removes these rows from RAW.'] : lines;
}
