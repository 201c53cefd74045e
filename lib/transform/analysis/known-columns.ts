import type { Contract } from '../../config/index.ts';
import { Cursor, LTZ, NUMBER, SqlError, type SqlType, TEXT } from '../../sql/index.ts';
import type { SqlNode } from '../graph/node.ts';
import { parseCsv } from '../project/csv.ts';
import { folded } from '../relation.ts';
import { seedColumns } from '../run/nodes/seed-columns.ts';
import { asRecord, asText } from '../values.ts';
import type { TableColumn } from './query/index.ts';

/** The type that a text names, as DESC TABLE or a schema file writes it; undefined for one that is not read. */
export function typeFrom(text: string | null | undefined): SqlType | undefined {
  if (text === null || text === undefined) return undefined;
  try {
    const cursor = Cursor.over(text);
    const type = cursor.type();
    return cursor.done ? type : undefined;
  } catch (error) {
    if (error instanceof SqlError) return undefined;
    throw error;
  }
}

/** The columns of the table that Sluice loads by a contract. */
export function contractColumns(contract: Contract): TableColumn[] {
  const own = contract.columns.map(({ target, targetType, nullable }) => ({
    name: target,
    type: typeFrom(targetType),
    nullable,
  }));
  return [...own, ...LOADED.map(([name, type]) => ({ name, type, nullable: true }))];
}

/** What every table of the loads has besides the columns of its source: snowflake/R__20_tables.sql. */
const LOADED: readonly (readonly [string, SqlType])[] = [
  ['_RUN_ID', TEXT],
  ['_WINDOW', TEXT],
  ['_FILE', TEXT],
  ['_ROW', NUMBER],
  ['_LOADED_AT', LTZ],
];

/** The columns of the table that a seed becomes; undefined for a file without a header. */
export function columnsOfSeed(node: SqlNode): TableColumn[] | undefined {
  const [header, ...records] = parseCsv(node.rawCode, asText(node.config.delimiter) ?? ',');
  if (header === undefined) return undefined;
  return seedColumns(node, header, records).map(({ name, type }) => ({
    name,
    type: typeFrom(type),
    nullable: true,
  }));
}

/** The columns that a snapshot adds to those of its query. */
export function snapshotColumns(node: SqlNode): TableColumn[] {
  const names = asRecord(node.config.snapshot_meta_column_names ?? null) ?? {};
  const added = ['dbt_scd_id', 'dbt_updated_at', 'dbt_valid_from', 'dbt_valid_to'];
  if (node.config.hard_deletes === 'new_record') added.push('dbt_is_deleted');
  return added.map((name) => ({
    name: folded(asText(names[name]) ?? name, false),
    // The types of moments follow the column that tells the time.
    type: name === 'dbt_scd_id' || name === 'dbt_is_deleted' ? TEXT : undefined,
    nullable: true,
  }));
}
