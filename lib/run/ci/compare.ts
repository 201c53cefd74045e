import { quoteIdentifier, type Warehouse, type WarehouseValue } from '../../snowflake/index.ts';
import type { ReviewedNode, ReviewedRelation } from '../../transform/index.ts';

/** A model of a pull request against the one in production. Counts are rows. */
export interface Comparison {
  readonly model: string;
  /** `new`: production does not have it. */
  readonly status: 'new' | 'same' | 'different';
  readonly rows: { readonly production: number | null; readonly here: number };
  /** Columns that values were matched by; empty when there is no key. */
  readonly key: readonly string[];
  /** Rows, by the key; without one, distinct rows that only one side has, and `changed` is null. */
  readonly added: number | null;
  readonly removed: number | null;
  readonly changed: number | null;
  /** Rows with another value, by column; only columns that have any. */
  readonly changedColumns: Readonly<Record<string, number>>;
  readonly columns: {
    readonly added: readonly string[];
    readonly removed: readonly string[];
    readonly retyped: readonly string[];
  };
}

/** Compares what a review built with what is published. `failed` are tests that did not pass: their keys are no keys. */
export async function compareModel(
  warehouse: Warehouse,
  node: ReviewedNode,
  failed: ReadonlySet<string>,
): Promise<Comparison> {
  if (node.relations === null) throw new Error(`${node.uniqueId} makes no relation`);
  const { published, reviewed } = node.relations;
  const [before, after] = [await columnsOf(warehouse, published), await columnsOf(warehouse, reviewed)];
  const here = await count(warehouse, reviewed);
  const name = { model: node.name };
  if (before.size === 0) {
    const columns = { added: [...after.keys()], removed: [], retyped: [] };
    const nothing = { key: [], added: null, removed: null, changed: null, changedColumns: {} };
    return { ...name, status: 'new', rows: { production: null, here }, ...nothing, columns };
  }
  const common = [...after.keys()].filter((column) => comparable(before.get(column), after.get(column)));
  const columns = {
    added: [...after.keys()].filter((column) => !before.has(column)),
    removed: [...before.keys()].filter((column) => !after.has(column)),
    retyped: [...after].flatMap(([column, type]) => {
      const old = before.get(column);
      return old === undefined || old === type ? [] : [`${column}: ${old} -> ${type}`];
    }),
  };
  const key = keyOf(node, common, failed);
  const sides = { published, reviewed, common, types: after };
  const values =
    key.length === 0 ? await compareSets(warehouse, sides) : await compareByKey(warehouse, sides, key);
  const production = await count(warehouse, published);
  const differs =
    production !== here ||
    Object.values(columns).some((list) => list.length > 0) ||
    [values.added, values.removed, values.changed].some((rows) => rows !== null && rows > 0);
  const status = differs ? 'different' : 'same';
  return { ...name, status, rows: { production, here }, key, ...values, columns };
}

interface Sides {
  readonly published: ReviewedRelation;
  readonly reviewed: ReviewedRelation;
  /** Columns that both have, of types that can be compared. */
  readonly common: readonly string[];
  readonly types: ReadonlyMap<string, string>;
}

type Values = Pick<Comparison, 'added' | 'removed' | 'changed' | 'changedColumns'>;

async function compareByKey(warehouse: Warehouse, sides: Sides, key: readonly string[]): Promise<Values> {
  const others = sides.common.filter((column) => !key.includes(column));
  const side = (relation: ReviewedRelation) =>
    `(SELECT 1 AS "side of the review", ${valuesOf(sides)} FROM ${sqlName(relation)})`;
  const both = 'n."side of the review" = 1 AND o."side of the review" = 1';
  const distinct = others.map((column) => {
    const name = quoteIdentifier(column);
    return `n.${name} IS DISTINCT FROM o.${name}`;
  });
  const counts = [
    'COUNT_IF(o."side of the review" IS NULL) AS ADDED',
    'COUNT_IF(n."side of the review" IS NULL) AS REMOVED',
    `COUNT_IF(${both} AND (${distinct.length === 0 ? 'FALSE' : distinct.join(' OR ')})) AS CHANGED`,
    ...distinct.map((condition, index) => `COUNT_IF(${both} AND ${condition}) AS C${index}`),
  ];
  const on = key.map((column) => `n.${quoteIdentifier(column)} = o.${quoteIdentifier(column)}`).join(' AND ');
  const { rows } = await warehouse.execute(
    `SELECT ${counts.join(', ')} FROM ${side(sides.reviewed)} n FULL OUTER JOIN ${side(sides.published)} o ON ${on}`,
  );
  const [row = {}] = rows;
  const changedColumns = others
    .map((column, index) => [column, Number(row[`C${index}`])] as const)
    .filter(([, changed]) => changed > 0);
  return {
    added: Number(row.ADDED),
    removed: Number(row.REMOVED),
    changed: Number(row.CHANGED),
    changedColumns: Object.fromEntries(changedColumns),
  };
}

async function compareSets(warehouse: Warehouse, sides: Sides): Promise<Values> {
  if (sides.common.length === 0) return { added: null, removed: null, changed: null, changedColumns: {} };
  const side = (relation: ReviewedRelation) => `SELECT ${valuesOf(sides)} FROM ${sqlName(relation)}`;
  const onlyIn = async (one: ReviewedRelation, other: ReviewedRelation): Promise<number> => {
    const { rows } = await warehouse.execute(
      `SELECT COUNT(*) AS "ROWS" FROM (${side(one)} EXCEPT ${side(other)}) AS d`,
    );
    return Number(rows[0]?.ROWS);
  };
  return {
    added: await onlyIn(sides.reviewed, sides.published),
    removed: await onlyIn(sides.published, sides.reviewed),
    changed: null,
    changedColumns: {},
  };
}

/** The common columns, those that SQL cannot compare as their JSON. */
function valuesOf({ common, types }: Sides): string {
  return common
    .map((column) => {
      const name = quoteIdentifier(column);
      return /^(VARIANT|ARRAY|OBJECT)/.test(types.get(column) ?? '') ? `TO_JSON(${name}) AS ${name}` : name;
    })
    .join(', ');
}

function keyOf(node: ReviewedNode, common: readonly string[], failed: ReadonlySet<string>): string[] {
  const keys = node.keys
    .filter(({ test }) => !failed.has(test))
    .map(({ columns }) => columns.map((column) => columnNamed(column, common)));
  return keys.find((columns): columns is string[] => !columns.includes(undefined)) ?? [];
}

/** A schema file writes a column as SQL would: quoted with its case, else in any. */
function columnNamed(written: string, columns: readonly string[]): string | undefined {
  const exact = written.replace(/^"(.*)"$/, '$1');
  return (
    columns.find((column) => column === exact) ?? columns.find((column) => column === exact.toUpperCase())
  );
}

/** Name and type of each column; none when there is no such relation. */
async function columnsOf(warehouse: Warehouse, relation: ReviewedRelation): Promise<Map<string, string>> {
  const { rows } = await warehouse.execute(
    `SELECT COLUMN_NAME, DATA_TYPE, NUMERIC_PRECISION, NUMERIC_SCALE
     FROM ${quoteIdentifier(relation.database)}.INFORMATION_SCHEMA.COLUMNS
     WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? ORDER BY ORDINAL_POSITION`,
    { binds: [relation.schema, relation.identifier] },
  );
  return new Map(rows.map((row) => [String(row.COLUMN_NAME), typeOf(row)]));
}

/** Numbers are compared whatever their digits; anything else only with its own type. */
function comparable(before: string | undefined, after: string | undefined): boolean {
  if (before === undefined || after === undefined) return false;
  return before === after || (before.startsWith('NUMBER(') && after.startsWith('NUMBER('));
}

function typeOf(row: Readonly<Record<string, WarehouseValue>>): string {
  if (row.DATA_TYPE !== 'NUMBER') return String(row.DATA_TYPE);
  return `NUMBER(${row.NUMERIC_PRECISION},${row.NUMERIC_SCALE})`;
}

async function count(warehouse: Warehouse, relation: ReviewedRelation): Promise<number> {
  const { rows } = await warehouse.execute(`SELECT COUNT(*) AS "ROWS" FROM ${sqlName(relation)}`);
  return Number(rows[0]?.ROWS);
}

function sqlName({ database, schema, identifier }: ReviewedRelation): string {
  return [database, schema, identifier].map(quoteIdentifier).join('.');
}
