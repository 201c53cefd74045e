import type { ContentSum, Contract, Project, Table } from '../../config/index.ts';
import {
  type ContentShape,
  contentScope,
  planWindows,
  readContentShape,
  type ScopeChoice,
  type Source,
  sourceContent,
} from '../../extract/index.ts';
import {
  rawContent,
  rawSums,
  readCursors,
  type Warehouse,
  type WindowCounts,
} from '../../snowflake/index.ts';
import { differences } from './compare.ts';
import { type Explanation, explain, nothingToExplain } from './explain.ts';

/** What the rows of a window hold, on both sides. */
export interface ComparedContent {
  readonly isEqual: boolean;
  /** Rows on each side. */
  readonly source: number;
  readonly raw: number;
  /** Columns whose values are not the same on both sides; null unless asked for. */
  readonly differing: readonly string[] | null;
  /** Columns that were left out, and why. */
  readonly notCompared: readonly { readonly column: string; readonly reason: string }[];
  readonly explanation: Explanation;
}

export interface ContentSides {
  readonly warehouse: Warehouse;
  readonly source: Source;
  readonly project: Project;
  readonly table: Table;
  readonly contract: Contract;
}

/**
 * Compares what the rows hold: by sums first; where these differ, row by row by their digests. A table that merges is compared as
 * a whole, under the name `all`.
 */
export async function compareContent(
  sides: ContentSides,
  windows: readonly WindowCounts[],
  withColumns: boolean,
): Promise<ReadonlyMap<string, ComparedContent>> {
  const { warehouse, source, project, table, contract } = sides;
  const shape = await readContentShape(source, table, contract);
  const byWindow = table.mode.kind !== 'incremental';
  const sums = await rawSums(warehouse, { project, ...shape }, { byWindow, withColumns });
  const contents = new Map<string, ComparedContent>();
  if (!byWindow) {
    const choice = await wholeScope(sides, windows);
    const rejected = windows.reduce((total, window) => total + window.rejected, 0);
    contents.set('all', await compareOne(sides, shape, sums.get('all'), choice, rejected, withColumns));
    return contents;
  }
  for (const { window, oldestTransaction, rejected } of windows) {
    const day = table.mode.kind === 'daily' ? planWindows(table, { from: window, to: window })[0] : undefined;
    const choice: ScopeChoice = {
      ...(day === undefined ? {} : { window: day }),
      ...(oldestTransaction === null ? {} : { oldestTransaction }),
    };
    contents.set(
      window,
      await compareOne(sides, shape, sums.get(window), choice, rejected, withColumns, window),
    );
  }
  return contents;
}

async function wholeScope(
  { warehouse, project, table }: ContentSides,
  windows: readonly WindowCounts[],
): Promise<ScopeChoice> {
  const cursor = (await readCursors(warehouse, project)).get(table.name);
  const newest = windows.toSorted((a, b) => ((a.runId ?? '') < (b.runId ?? '') ? 1 : -1))[0];
  const oldestTransaction = newest?.oldestTransaction ?? undefined;
  return {
    ...(cursor === undefined ? {} : { cursor }),
    ...(oldestTransaction === undefined ? {} : { oldestTransaction }),
  };
}

async function compareOne(
  { warehouse, source, project }: ContentSides,
  shape: ContentShape,
  raw: ContentSum | undefined,
  choice: ScopeChoice,
  rejected: number,
  withColumns: boolean,
  window?: string,
): Promise<ComparedContent> {
  const inSource = sourceContent(source, shape, await contentScope(source, shape, choice));
  const sum = await inSource.sum(withColumns);
  const { rows, lower, upper, columns } = raw ?? { rows: 0, lower: '0', upper: '0', columns: {} };
  const isEqual = sum.rows === rows && sum.lower === lower && sum.upper === upper;
  const names = Object.keys(sum.columns);
  const inRaw = rawContent(warehouse, { project, ...shape }, window);
  return {
    isEqual,
    source: sum.rows,
    raw: rows,
    differing: withColumns ? names.filter((name) => sum.columns[name] !== (columns[name] ?? '0')) : null,
    notCompared: shape.notCompared,
    explanation: isEqual
      ? nothingToExplain
      : await explain(differences(inRaw, inSource), { hasKey: shape.key.length > 0, rejected }),
  };
}
