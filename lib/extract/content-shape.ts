import { type Contract, SluiceError, type Table } from '../config/index.ts';
import type { ManifestWindow } from '../staging/index.ts';
import { type ContractedColumn, checkContract } from './contract.ts';
import { type Mask, maskOf } from './mask.ts';
import { placingColumn } from './placing.ts';
import { quoteIdentifier, quoteLiteral } from './quote.ts';
import { rowsOfWindows } from './rows-of-window.ts';
import type { Source } from './source.ts';
import { textForm } from './text-form.ts';

/** A column of the source in the form in which it is compared. */
export interface ComparedColumn {
  readonly name: string;
  readonly target: string;
  readonly targetType: string;
  /** Of a VARIANT: whether what it holds is compared, and not only that there is a value. */
  readonly isDocument: boolean;
  /** SQL of its text form; before the mask, where there is one. */
  readonly text: string;
  /** Put on here and not in Postgres, whose log must not learn the key. */
  readonly mask: Mask | undefined;
}

/** What of a table is compared, and what tells its rows apart. */
export interface ContentShape {
  readonly table: Table;
  readonly columns: readonly ComparedColumn[];
  readonly notCompared: readonly { readonly column: string; readonly reason: string }[];
  /** The key of the mode, or the primary key; empty when there is none that Snowflake has too. */
  readonly key: readonly ComparedColumn[];
  /** Type of the column that places rows in windows, as `pg_type` names it; empty without one. */
  readonly placingType: string;
  /** Whether rows say which transaction wrote them. */
  readonly hasTransactions: boolean;
}

/**
 * Looks up how a table is compared.
 * @throws SourceError CONTRACT_BROKEN when source and contract are not of one shape
 */
export async function readContentShape(
  source: Source,
  table: Table,
  contract: Contract,
): Promise<ContentShape> {
  const { columns } = await checkContract(source, table, contract);
  const compared: ComparedColumn[] = [];
  const notCompared: { column: string; reason: string }[] = [];
  for (const column of columns) {
    const form = textForm(column, table.mask[column.name]);
    if ('reason' in form) notCompared.push({ column: column.target, reason: form.reason });
    else compared.push(comparedColumn(column, form, source.maskingKey));
    if (column.targetType === 'VARIANT' && column.live.plainType === 'json' && 'sql' in form) {
      notCompared.push({
        column: column.target,
        reason: 'of json, but not of jsonb, only whether there is a value',
      });
    }
  }
  const { key, kind } = await readRelation(source, table);
  const names = table.mode.kind === 'incremental' ? table.mode.key : key;
  const keyColumns = names.flatMap((name) => compared.filter((column) => column.name === name));
  const isKey = keyColumns.length === names.length && keyColumns.every((column) => tellsApart(table, column));
  const placing = placingColumn(table);
  return {
    table,
    columns: compared,
    notCompared,
    key: isKey ? keyColumns : [],
    placingType: columns.find(({ name }) => name === placing)?.live.plainType ?? '',
    hasTransactions: namesTransactions(kind),
  };
}

/** The same with nothing but the key: what is compared to find deleted rows. */
export function keyShape(shape: ContentShape): ContentShape {
  if (shape.key.length > 0) return { ...shape, columns: shape.key, notCompared: [] };
  throw new SluiceError({
    code: 'TABLE_NO_KEY',
    kind: 'usage',
    message: `${shape.table.name} has no key by which deleted rows could be found`,
    hint: 'Give it a primary key in the source, or load it with incremental({ cursor, key }). A key is no key when it is masked other than by hash.',
    details: { table: shape.table.name },
  });
}

/** Which rows of the source are looked at, and which of them the warehouse need not have yet. */
export interface ContentScope {
  /** SQL that is true for the rows; undefined for all. */
  readonly condition: string | undefined;
  /** SQL that is true for a row that may be newer than what was read. */
  readonly isNew: string;
}

export interface ScopeChoice {
  /** A window of a `daily` table; all rows otherwise. */
  readonly window?: ManifestWindow;
  /** All rows, whatever the mode. */
  readonly allRows?: boolean;
  /** How far the cursor of an `incremental` table has come. */
  readonly cursor?: string;
  /** Transactions from this one on may not have been seen when the rows were read (`pg_snapshot_xmin`). */
  readonly oldestTransaction?: string;
}

/** The SQL of a scope. Without a transaction to compare with, every row may be new. */
export async function contentScope(
  source: Source,
  { table, placingType, hasTransactions }: ContentShape,
  { window: day, allRows, cursor, oldestTransaction }: ScopeChoice,
): Promise<ContentScope> {
  if (allRows === true) return { condition: undefined, isNew: 'TRUE' };
  const window = day ?? { id: 'all', start: null, end: cursor ?? null, timezone: null };
  const rowsOf = (await rowsOfWindows(source, table, placingType, [window]))(window);
  const written = hasTransactions ? await writtenSince(source, oldestTransaction) : 'TRUE';
  if (table.mode.kind !== 'incremental') return { condition: rowsOf, isNew: written };
  return { condition: undefined, isNew: `(${written} OR NOT coalesce(${rowsOf ?? 'TRUE'}, FALSE))` };
}

/** Transaction ids go round every 2^32; rows older than half of that are frozen, and cannot be told from new ones. */
const comparableTransactions = 2_000_000_000n;

/** SQL that is true for a row that a snapshot with this oldest transaction may not have shown; without one, for every row. */
export async function writtenSince(source: Source, oldestTransaction: string | undefined): Promise<string> {
  if (oldestTransaction === undefined) return 'TRUE';
  const [row] = await source.query<{ next: string }>(
    'SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS next',
  );
  const age = BigInt(row?.next ?? 0) - BigInt(oldestTransaction);
  // A server that was restored from a dump counts anew.
  if (age < 0n || age > comparableTransactions) return 'TRUE';
  const bare = quoteLiteral(String(BigInt(oldestTransaction) % 2n ** 32n));
  return `age(xmin) <= age(${bare}::xid)`;
}

function comparedColumn(
  { name, target, targetType, live }: ContractedColumn,
  {
    sql,
    maskedBy,
  }: { readonly sql: string; readonly maskedBy: 'hash' | 'partial' | 'redact' | 'null' | undefined },
  maskingKey: string | undefined,
): ComparedColumn {
  const mask = maskedBy === undefined ? undefined : maskOf(maskedBy, maskingKey);
  const isDocument = targetType === 'VARIANT' && live.plainType !== 'json';
  return { name, target, targetType, isDocument, text: sql, mask };
}

/** Values that were masked any other way than by hash are the same for many rows; a document has no place in a key. */
function tellsApart(table: Table, { name, targetType }: ComparedColumn): boolean {
  const mask = table.mask[name];
  return targetType !== 'VARIANT' && (mask === undefined || mask === 'hash');
}

/** Whether the rows of a kind of relation say which transaction wrote them. */
export function namesTransactions(kind: string): boolean {
  return kind === 'r' || kind === 'p' || kind === 'm';
}

/** The primary key of a relation, and its kind as `pg_class` names it. */
export async function readRelation(
  source: Source,
  { source: { schema, table } }: Table,
): Promise<{ readonly key: readonly string[]; readonly kind: string }> {
  const [row] = await source.query<{ key: readonly string[] | null; kind: string }>(
    `SELECT c.relkind AS kind,
       (SELECT json_agg(a.attname ORDER BY k.place)
        FROM pg_catalog.pg_index AS x
        CROSS JOIN unnest(x.indkey::int2[]) WITH ORDINALITY AS k (attnum, place)
        JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.attnum
        WHERE x.indrelid = c.oid AND x.indisprimary AND k.place <= x.indnkeyatts) AS key
     FROM pg_catalog.pg_class AS c
     JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relname = $2`,
    [schema, table],
  );
  return { key: row?.key ?? [], kind: row?.kind ?? '' };
}

/** SQL of a column's digest in UTF-8, whatever the encoding of the database. */
export function columnDigest(text: string): string {
  return `coalesce(md5(convert_to(${text}, 'UTF8')), 'n')`;
}

/** Quoted for an alias; positions, because names may be long. */
export function positionName(position: number): string {
  return quoteIdentifier(`c${position}`);
}
