import { compilationError, SqlError } from '../../../sql/index.ts';
import { printQualified } from '../names.ts';
import type { CatalogObject, QualifiedName } from '../statement.ts';

/** What makes a table dynamic: the query that its rows come from, and when they are computed again. */
export interface DynamicTable {
  /** The query after AS. Names in it are looked up in the table's own schema. */
  readonly query: string;
  /** The whole statement, for SHOW and GET_DDL. */
  readonly text: string;
  /** As it was written: `5 minutes`, `DOWNSTREAM`. */
  readonly targetLag: string;
  readonly warehouse: string;
  readonly refreshMode: 'AUTO' | 'FULL' | 'INCREMENTAL';
  readonly schedulingState: 'ACTIVE' | 'SUSPENDED';
  /** The moment whose data the rows show, in ISO form; null until the first refresh. */
  readonly dataTimestamp: string | null;
  /** Refreshes by schedule that failed since the last one that did not. */
  readonly failures: number;
  readonly lastSuspendedOn?: string;
}

/** Snowflake gives a schedule up after so many refreshes that failed one after the other. */
export const FAILURES_UNTIL_SUSPENDED = 5;

const SHORTEST_LAG_SECONDS = 60;
const UNIT_SECONDS: Readonly<Record<string, number>> = { SECOND: 1, MINUTE: 60, HOUR: 3600, DAY: 86_400 };

/**
 * Reads a TARGET_LAG.
 *
 * @returns seconds; undefined for DOWNSTREAM: refreshed when a table below it is
 */
export function lagSeconds(text: string): number | undefined {
  if (text.trim().toUpperCase() === 'DOWNSTREAM') return undefined;
  const found = /^\s*(\d+)\s*(SECOND|MINUTE|HOUR|DAY)S?\s*$/i.exec(text);
  const seconds = Number(found?.[1]) * (UNIT_SECONDS[(found?.[2] ?? '').toUpperCase()] ?? Number.NaN);
  if (Number.isNaN(seconds)) {
    throw compilationError(`invalid value '${text}' for property 'TARGET_LAG'`, '001008', '22023');
  }
  if (seconds < SHORTEST_LAG_SECONDS) {
    throw compilationError(
      `invalid value '${text}' for property 'TARGET_LAG': the shortest lag is 1 minute`,
      '001008',
      '22023',
    );
  }
  return seconds;
}

/** What makes the object a dynamic table; undefined for any other. */
export function dynamicOf(object: CatalogObject | undefined): DynamicTable | undefined {
  const { dynamic } = object?.properties ?? {};
  return object?.kind === 'TABLE' && isDynamicTable(dynamic) ? dynamic : undefined;
}

function isDynamicTable(value: unknown): value is DynamicTable {
  return typeof value === 'object' && value !== null && 'targetLag' in value;
}

/** Rows of a dynamic table come from its query alone. */
export function refuseChangesOf(object: CatalogObject | undefined): void {
  if (object === undefined || dynamicOf(object) === undefined) return;
  throw new SqlError(
    '002203',
    '42601',
    `SQL compilation error:\nObject '${printQualified(object.name)}' is a dynamic table: its rows and columns come from its query and cannot be changed.`,
  );
}

/** A dynamic table that waits for its first refresh cannot be read. */
export function requireInitialized(object: CatalogObject): void {
  if (dynamicOf(object)?.dataTimestamp !== null) return;
  throw compilationError(
    `Dynamic Table '${printQualified(object.name)}' is not initialized. Please run a manual refresh or wait for a scheduled refresh before querying.`,
    '003539',
    '55000',
  );
}

/** Like replaces like only: a table, a view and a dynamic table have to be dropped before another kind takes their name. */
export function refuseReplacing(object: CatalogObject | undefined, by: 'TABLE' | 'DYNAMIC_TABLE'): void {
  if (object === undefined) return;
  const kind = dynamicOf(object) === undefined ? object.kind : 'DYNAMIC_TABLE';
  if (kind === by) return;
  throw alreadyExistsAs(object.name, kind);
}

function alreadyExistsAs(name: QualifiedName, kind: string): Error {
  return new SqlError(
    '002203',
    '42710',
    `SQL compilation error:\nObject '${printQualified(name)}' already exists as ${kind}`,
  );
}
