import type { ColumnLineage } from '../analysis/lineage-types.ts';
import { folded } from '../relation.ts';
import { asList, asRecord, asText, asTexts, type DataRecord } from '../values.ts';
import type { ColumnEdge, RowEdge, SiteColumn, SiteNode } from './data-types.ts';
import type { MaskedColumns } from './masked.ts';
import type { CatalogRelation } from './read-catalog.ts';
import { recordsIn } from './records.ts';

export interface ColumnContext {
  readonly relation: CatalogRelation | undefined;
  readonly lineage: ColumnLineage | undefined;
  readonly masked: MaskedColumns;
  /** Ids of tests by node and column in lower case. */
  readonly columnTests: ReadonlyMap<string, readonly string[]>;
}

/**
 * The columns of a node: those of the warehouse in their order, or those that its SQL gives, and then what is described
 * and not there. Names are shown as the project writes them.
 */
export function columnsOf(id: string, dict: DataRecord, context: ColumnContext): SiteColumn[] {
  const described = recordsIn(dict.columns);
  const byName = new Map(described.map((column) => [foldedName(column), column]));
  const loud = described.some(({ name }) => asText(name) !== asText(name)?.toLowerCase());
  const known = knownColumns(id, context);
  const analyzed = new Map(context.lineage?.nodes.get(id)?.columns.map((column) => [column.name, column]));
  const columns = known.map(({ name, type }) => {
    const documented = byName.get(name);
    byName.delete(name);
    const shown = asText(documented?.name) ?? shownName(name, loud);
    const expression = analyzed.get(name)?.expression ?? null;
    return {
      ...siteColumn(id, shown, type, documented, true, context),
      expression: isComputed(expression) ? expression : null,
    };
  });
  const complete = context.relation !== undefined;
  const missing = [...byName.values()].map((column) =>
    siteColumn(id, asText(column.name) ?? '', null, column, complete ? false : null, context),
  );
  return [...columns, ...missing];
}

function knownColumns(
  id: string,
  { relation, lineage }: ColumnContext,
): { name: string; type: string | null }[] {
  if (relation !== undefined) return relation.columns.map(({ name, fullType }) => ({ name, type: fullType }));
  return (lineage?.nodes.get(id)?.columns ?? []).map(({ name, type }) => ({ name, type }));
}

/** `"Order Id"` keeps its case and loses its quotes; `order_id` is folded. */
function foldedName(column: DataRecord): string {
  const name = asText(column.name) ?? '';
  const quoted = /^"(.*)"$/.exec(name);
  if (quoted !== null) return (quoted[1] ?? '').replaceAll('""', '"');
  return folded(name, column.quote === true);
}

/** Names that Snowflake folded are shown in lower case, as people write them, unless this project shouts. */
function shownName(name: string, loud: boolean): string {
  return !loud && /^[A-Z_][A-Z0-9_$]*$/.test(name) ? name.toLowerCase() : name;
}

/** `o.order_id` and `"Order Id"` only name another column, which the lineage says already. */
function isComputed(expression: string | null): expression is string {
  return expression !== null && !/^(?:(?:\w+|"[^"]*")\.)*(?:\w+|"[^"]*")$/.test(expression.trim());
}

function siteColumn(
  id: string,
  name: string,
  type: string | null,
  documented: DataRecord | undefined,
  found: boolean | null,
  { columnTests, masked }: ColumnContext,
): SiteColumn {
  const config = asRecord(documented?.config) ?? {};
  return {
    name,
    type: type ?? asText(documented?.data_type) ?? null,
    description: asText(documented?.description) ?? '',
    expression: null,
    tags: [...new Set([...asTexts(documented?.tags), ...asTexts(config.tags)])],
    meta: { ...asRecord(config.meta), ...asRecord(documented?.meta) },
    constraints: constraintsOf(documented?.constraints),
    masked: masked.get(id)?.get(foldedName({ name })) ?? null,
    tests: [...(columnTests.get(`${id}\n${name.replaceAll('"', '').toLowerCase()}`) ?? [])],
    found,
  };
}

/** `not null`, `check (amount > 0)`, … */
export function constraintsOf(value: DataRecord[string] | undefined): string[] {
  return asList(value).flatMap((item) => {
    const constraint = asRecord(item);
    const type = asText(constraint?.type);
    if (constraint === undefined || type === undefined) return [];
    const columns = asTexts(constraint.columns);
    const expression = asText(constraint.expression);
    const words = type.replaceAll('_', ' ');
    return [
      `${words}${columns.length > 0 ? ` (${columns.join(', ')})` : ''}${expression ? ` ${expression}` : ''}`,
    ];
  });
}

/** The edges of the lineage between columns that are shown, by the names that they are shown with. */
export function lineageEdges(
  nodes: readonly SiteNode[],
  lineage: ColumnLineage | undefined,
): { columnEdges: ColumnEdge[]; rowEdges: RowEdge[] } {
  const columnEdges: ColumnEdge[] = [];
  const rowEdges: RowEdge[] = [];
  const place = new Map(nodes.map(({ id }, index) => [id, index]));
  const names = nodes.map(({ columns }) => new Map(columns.map(({ name }) => [foldedName({ name }), name])));
  for (const { from, to, kind } of lineage?.edges ?? []) {
    const [source, target] = [place.get(from.node), place.get(to.node)];
    if (source === undefined || target === undefined) continue;
    const fromColumn = names[source]?.get(from.column);
    if (fromColumn === undefined) continue;
    if (to.column === null) {
      rowEdges.push([source, fromColumn, target]);
      continue;
    }
    const toColumn = names[target]?.get(to.column);
    if (toColumn === undefined) continue;
    columnEdges.push([source, fromColumn, target, toColumn, kind === 'copy' ? 'copied' : 'computed']);
  }
  return { columnEdges, rowEdges };
}
