import { toHost } from '../../jinja/index.ts';
import { asRecord, type DataRecord } from '../values.ts';
import { compilerError } from './exceptions.ts';
import { PythonDate } from './python-dates.ts';
import type { RelationObject } from './relation-object.ts';
import { ResultTable } from './result-table.ts';
import type { WarehouseAccess } from './session.ts';

/** What becomes of rows that are gone from what a snapshot reads, by its config: `ignore`, `invalidate` or `new_record`. */
export function hardDeletesBehavior(config: unknown): string {
  const { invalidate_hard_deletes: older = null, hard_deletes: chosen = null } =
    asRecord(toHost(config)) ?? {};
  if (older !== null && chosen !== null) {
    throw compilerError('a snapshot has both invalidate_hard_deletes and hard_deletes', 'Keep hard_deletes.');
  }
  if (older === true || chosen === 'invalidate') return 'invalidate';
  if (chosen === null || chosen === 'ignore') return 'ignore';
  if (chosen === 'new_record') return 'new_record';
  throw compilerError(
    `hard_deletes is "${String(chosen)}"`,
    'There are "ignore", "invalidate" and "new_record".',
  );
}

/**
 * Makes sure that a table has the columns of a snapshot.
 *
 * @param names the columns by dbt's names for them, as `snapshot_meta_column_names` may change them
 * @param strategy of the snapshot, if its own columns are to be there too
 * @returns nothing that shows in a template
 */
export async function checkSnapshotTarget(
  session: WarehouseAccess,
  relation: RelationObject,
  names: unknown,
  strategy?: unknown,
): Promise<string> {
  const chosen: DataRecord = asRecord(toHost(names)) ?? {};
  const wanted = ['dbt_scd_id', 'dbt_valid_from', 'dbt_valid_to'];
  if (asRecord(toHost(strategy))?.hard_deletes === 'new_record') wanted.push('dbt_is_deleted');
  const there = new Set((await session.columns(relation)).map(({ name }) => name.toLowerCase()));
  const missing = wanted
    .map((column) => String(chosen[column] ?? column))
    .filter((column) => !there.has(column.toLowerCase()));
  if (missing.length > 0) {
    throw compilerError(
      `${relation.print()} is not the table of a snapshot: it has no ${missing.join(', ')}`,
      'Give the snapshot another name, or drop the table.',
    );
  }
  return '';
}

/** Who has which privilege, by the rows of SHOW GRANTS ON: ownership and shares are not a project's to grant. */
export function grantsByPrivilege(table: unknown): Map<string, string[]> {
  const grants = new Map<string, string[]>();
  if (!(table instanceof ResultTable)) return grants;
  for (const row of table.rows) {
    const [grantee, to, privilege] = ['grantee_name', 'granted_to', 'privilege'].map((name) =>
      String(row.getItem(name) ?? ''),
    );
    if (grantee === undefined || to === undefined || privilege === undefined) continue;
    if (privilege === 'OWNERSHIP' || ['SHARE', 'DATABASE_ROLE'].includes(to)) continue;
    grants.set(privilege, [...(grants.get(privilege) ?? []), grantee]);
  }
  return grants;
}

/** The SQL type that suits all values of a column of a table, as dbt names it for seeds. */
export function typeOfValues(table: unknown, index: number): string {
  const values = table instanceof ResultTable ? table.rows.map((row) => row.values[index] ?? null) : [];
  const known = values.filter((value) => value !== null);
  const all = (test: (value: unknown) => boolean): boolean => known.length > 0 && known.every(test);
  if (all((value) => typeof value === 'boolean')) return 'boolean';
  if (all((value) => typeof value === 'bigint' || Number.isSafeInteger(value))) return 'integer';
  if (all((value) => typeof value === 'number' || typeof value === 'bigint')) return 'float8';
  if (all((value) => value instanceof PythonDate && value.kind === 'date')) return 'date';
  if (all((value) => value instanceof PythonDate || value instanceof Date))
    return 'timestamp without time zone';
  return 'text';
}
