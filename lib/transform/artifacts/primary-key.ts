import type { SqlNode } from '../graph/node.ts';
import type { ParsedProject } from '../parse/project.ts';
import { asTexts } from '../values.ts';
import { columnConstraints, modelConstraints } from './constraint-dict.ts';

/**
 * The columns that tell a model's rows apart, found as dbt finds them: a primary key constraint, else columns that are tested
 * as unique and not null, else those that are tested as unique.
 */
export function primaryKey(
  node: SqlNode,
  project: Pick<ParsedProject, 'nodes' | 'graph'>,
): readonly string[] {
  const ofModel = modelConstraints(node).find(({ type }) => type === 'primary_key');
  if (ofModel !== undefined) return ofModel.columns;
  const ofColumn = node.columns.find((column) =>
    columnConstraints(column).some(({ type }) => type === 'primary_key'),
  );
  if (ofColumn !== undefined) return [ofColumn.name];
  const unique = new Set<string>();
  const notNull = new Set<string>();
  for (const id of project.graph.children(node.uniqueId)) {
    const child = project.nodes.get(id);
    if (child === undefined || child.resourceType === 'source' || child.test?.attachedNode !== node.uniqueId)
      continue;
    const { name, columnName, arguments: given } = child.test;
    const columns = columnName === null ? asTexts(given.combination_of_columns) : [columnName];
    const into =
      name === 'unique' || name === 'unique_combination_of_columns'
        ? unique
        : name === 'not_null'
          ? notNull
          : undefined;
    for (const column of columns) into?.add(column);
  }
  const both = [...unique].filter((column) => notNull.has(column));
  return both.length > 0 ? both.toSorted() : [...unique].toSorted();
}
