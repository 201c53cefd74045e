import type { ColumnLineage } from '../analysis/lineage-types.ts';
import { folded } from '../relation.ts';
import { asList, asRecord, asText, asTexts, type DataRecord } from '../values.ts';
import type { ColumnEdge, SiteColumn, SiteNode } from './data-types.ts';
import type { CatalogRelation } from './read-catalog.ts';
import { recordsIn } from './records.ts';

export interface ColumnContext {
  readonly relation: CatalogRelation | undefined;
  /** Whether the warehouse was asked. */
  readonly asked: boolean;
  readonly lineage: ColumnLineage | undefined;
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
  const columns = known.map(({ name, type }) => {
    const documented = byName.get(name);
    byName.delete(name);
    return siteColumn(id, asText(documented?.name) ?? shownName(name, loud), type, documented, true, context);
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

function siteColumn(
  id: string,
  name: string,
  type: string | null,
  documented: DataRecord | undefined,
  found: boolean | null,
  { columnTests }: ColumnContext,
): SiteColumn {
  const config = asRecord(documented?.config) ?? {};
  return {
    name,
    type: type ?? asText(documented?.data_type) ?? null,
    description: asText(documented?.description) ?? '',
    tags: [...new Set([...asTexts(documented?.tags), ...asTexts(config.tags)])],
    meta: { ...asRecord(config.meta), ...asRecord(documented?.meta) },
    constraints: constraintsOf(documented?.constraints),
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

/** The edges between columns that are shown, by the names that they are shown with. */
export function columnEdges(nodes: readonly SiteNode[], lineage: ColumnLineage | undefined): ColumnEdge[] {
  if (lineage === undefined) return [];
  const place = new Map(nodes.map(({ id }, index) => [id, index]));
  const names = nodes.map(({ columns }) => new Map(columns.map(({ name }) => [foldedName({ name }), name])));
  const shown = (node: number, column: string) =>
    names[node]?.get(column) ?? names[node]?.get(column.toUpperCase());
  return lineage.edges.flatMap(({ from, to }): ColumnEdge[] => {
    const [source, target] = [place.get(from.node), place.get(to.node)];
    if (source === undefined || target === undefined || to.column === null) return [];
    const [fromColumn, toColumn] = [shown(source, from.column), shown(target, to.column)];
    return fromColumn === undefined || toColumn === undefined ? [] : [[source, fromColumn, target, toColumn]];
  });
}
