import type { MaskMethod } from '../config/index.ts';
import { wordsOf } from './column-words.ts';
import { type PersonalColumn, personalColumns } from './personal-columns.ts';
import type { Queryable } from './source.ts';

/** A table of the source and how it would be moved, with the reasons, for a person to decide. */
export interface Proposal {
  /** Name for the config. */
  readonly name: string;
  readonly source: { readonly schema: string; readonly table: string };
  readonly mode:
    | { readonly kind: 'full' }
    | { readonly kind: 'daily'; readonly column: string }
    | { readonly kind: 'incremental'; readonly cursor: string; readonly key: readonly string[] };
  readonly mask: Readonly<Record<string, MaskMethod>>;
  /** The server's estimate; null for a view. */
  readonly estimatedRows: number | null;
  /** Why this mode and these masks, a sentence each. */
  readonly reasons: readonly string[];
}

interface RelationRow {
  readonly schema: string;
  readonly table: string;
  readonly kind: string;
  readonly rows: string | null;
  readonly columns: readonly { name: string; type: string; required: boolean; indexed: boolean }[];
  readonly key: { readonly isPrimary: boolean; readonly columns: readonly string[] } | null;
}

/** Tables, partitioned tables, foreign tables and views of the user's own; partitions and children are read through their parent. */
const relations = `
  SELECT n.nspname AS schema, c.relname AS table, c.relkind AS kind,
    CASE WHEN c.relkind IN ('r', 'p', 'm') THEN (
      WITH RECURSIVE tree AS (
        SELECT c.oid UNION SELECT i.inhrelid FROM tree JOIN pg_catalog.pg_inherits AS i ON i.inhparent = tree.oid)
      -- A table that was never analyzed is guessed by its size.
      SELECT sum(CASE WHEN k.relkind = 'p' THEN 0 WHEN k.reltuples < 0 THEN pg_catalog.pg_relation_size(k.oid) / 100
        ELSE k.reltuples END)::bigint
      FROM tree JOIN pg_catalog.pg_class AS k ON k.oid = tree.oid) END AS rows,
    (SELECT json_agg(json_build_object('name', a.attname, 'required', a.attnotnull,
        'type', CASE WHEN t.typtype = 'd' THEN b.typname ELSE t.typname END,
        'indexed', EXISTS (SELECT FROM pg_catalog.pg_index AS x WHERE x.indrelid = c.oid AND x.indkey[0] = a.attnum))
        ORDER BY a.attnum)
      FROM pg_catalog.pg_attribute AS a
      JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
      LEFT JOIN pg_catalog.pg_type AS b ON b.oid = t.typbasetype
      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
    -- The primary key; without one, the unique index of the fewest columns that are never NULL.
    (SELECT json_build_object('isPrimary', x.indisprimary, 'columns',
        (SELECT json_agg(a.attname ORDER BY k.place)
          FROM unnest(x.indkey::int2[]) WITH ORDINALITY AS k (attnum, place)
          JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.attnum
          WHERE k.place <= x.indnkeyatts))
      FROM pg_catalog.pg_index AS x
      WHERE x.indrelid = c.oid AND x.indisunique AND x.indisvalid AND x.indpred IS NULL
        AND NOT EXISTS (
          SELECT FROM unnest(x.indkey::int2[]) WITH ORDINALITY AS k (attnum, place)
          LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.attnum
          WHERE k.place <= x.indnkeyatts AND a.attnotnull IS NOT TRUE)
      ORDER BY x.indisprimary DESC, x.indnkeyatts, x.indexrelid LIMIT 1) AS key
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'm', 'v', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits AS i WHERE i.inhrelid = c.oid)
    AND ($1::text[] IS NULL OR n.nspname = ANY ($1::text[]))
    AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
  ORDER BY n.nspname, c.relname`;

/** A table up to this size is moved whole in seconds. */
const smallRows = 100_000;

const changeName = /^(updated|modified|changed|last_?(updated|modified|changed))(_?(at|on|time|date|ts))?$/i;
const dateName =
  /(^|_)(at|on|date|day|time|timestamp|ts)$|date$|(^|_)(created|occurred|ordered|placed|sold)/i;

/**
 * Looks at a database and proposes how to move its tables, by keys, indexes, names of columns and row counts; and masks for
 * columns that look personal, by their names and by what a sample looks like inside the server. No value leaves it.
 *
 * @param schemas only these; all of the user's own otherwise
 */
export async function discoverTables(
  source: Queryable,
  schemas?: readonly string[],
): Promise<readonly Proposal[]> {
  const rows = await source.query<RelationRow>(relations, [schemas ?? null]);
  const proposals: Proposal[] = [];
  const names = new Set<string>();
  for (const row of rows.filter(({ columns }) => columns !== null)) {
    const { found, unsampled } = await personalColumns(source, row, row.columns);
    const proposal = proposalOf(row, found, nameFor(row, names), unsampled);
    names.add(proposal.name);
    proposals.push(proposal);
  }
  return proposals;
}

function proposalOf(
  row: RelationRow,
  personal: readonly PersonalColumn[],
  name: string,
  unsampled: string | undefined,
): Proposal {
  const { mode, reason } = modeOf(row);
  const placing = mode.kind === 'daily' ? mode.column : mode.kind === 'incremental' ? mode.cursor : undefined;
  const key = mode.kind === 'incremental' ? mode.key : [];
  const masked = personal
    .filter(({ column }) => column !== placing)
    .map((found) => (key.includes(found.column) ? { ...found, method: 'hash' as const } : found));
  return {
    name,
    source: { schema: row.schema, table: row.table },
    mode,
    mask: Object.fromEntries(masked.map(({ column, method }) => [column, method])),
    estimatedRows: row.rows === null ? null : Number(row.rows),
    reasons: [
      reason,
      ...masked.map(({ column, because }) => `${column}: ${because}`),
      ...(unsampled === undefined
        ? []
        : [`its rows could not be looked at (${unsampled}): see to its masks`]),
    ],
  };
}

function modeOf(row: RelationRow): { mode: Proposal['mode']; reason: string } {
  if (row.kind === 'f') {
    return { mode: { kind: 'full' }, reason: 'a foreign table: read whole, through this server' };
  }
  if (row.rows === null) {
    return { mode: { kind: 'full' }, reason: 'a view: read whole, because how it changes is not known' };
  }
  const rows = Number(row.rows);
  const size = `about ${rows.toLocaleString('en')} rows`;
  if (rows <= smallRows) return { mode: { kind: 'full' }, reason: `${size}: small enough to read whole` };
  const dates = row.columns.filter(({ type }) => /^(date|timestamp|timestamptz)$/.test(type));
  const changed = best(dates.filter(({ name }) => changeName.test(wordsOf(name))));
  if (changed !== undefined && row.key !== null) {
    const { isPrimary, columns: key } = row.key;
    const mode = { kind: 'incremental', cursor: changed.name, key } as const;
    return {
      mode,
      reason: `${size}; ${changed.name} says when a row changed, and the ${isPrimary ? 'primary key' : 'unique index'} tells rows apart${indexHint(changed)}`,
    };
  }
  // A row that changes would move to another day, and stay in the one it was in as well.
  const fixed = dates.filter(({ name }) => !changeName.test(wordsOf(name)));
  const dated = best(fixed.filter(({ name, required }) => dateName.test(wordsOf(name)) || required));
  if (dated !== undefined) {
    const mode = { kind: 'daily', column: dated.name } as const;
    return {
      mode,
      reason: `${size}, dated by ${dated.name}${dated.required ? '' : ' (which may be NULL: such rows are in no day)'}${indexHint(dated)}`,
    };
  }
  return {
    mode: { kind: 'full' },
    reason: `${size}, and no column says when a row is from or changed: it is read whole every time`,
  };
}

/** An index counts most, then that there always is a value. */
function best<Column extends { indexed: boolean; required: boolean }>(
  columns: readonly Column[],
): Column | undefined {
  const rank = ({ indexed, required }: Column): number => (indexed ? 2 : 0) + (required ? 1 : 0);
  return columns.toSorted((a, b) => rank(b) - rank(a))[0];
}

function indexHint({ indexed }: { readonly indexed: boolean }): string {
  return indexed ? '' : '; an index on it would spare reading the whole table';
}

/** The table's name as the config takes names, with its schema when another table has it already. */
function nameFor({ schema, table }: RelationRow, taken: ReadonlySet<string>): string {
  const plain = (text: string): string =>
    text
      .toLowerCase()
      .replaceAll(/[^a-z0-9_]/g, '_')
      .replace(/^(?=\d)/, '_');
  const candidates = [plain(table), plain(`${schema}_${table}`)];
  const free = candidates.find((name) => !taken.has(name));
  if (free !== undefined) return free;
  let number = 2;
  while (taken.has(`${plain(table)}_${number}`)) number += 1;
  return `${plain(table)}_${number}`;
}
