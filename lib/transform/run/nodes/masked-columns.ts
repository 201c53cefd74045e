import type { Project } from '../../../config/index.ts';
import type { SqlNode } from '../../graph/node.ts';
import type { ParsedProject } from '../../parse/project.ts';

/** What stands in place of a value that nobody is to see. */
const hidden = '***';

/**
 * Names, in upper case, of the columns of a node's rows that nobody is to see: those that the config masks in a table that
 * the node reads, however far above, and those that a schema file gives `meta: {masked: true}`. What a model derives from
 * such a column under another name is shown: masking before the warehouse has taken out what was secret already.
 */
export function maskedColumns(node: SqlNode, project: ParsedProject, config: Project): ReadonlySet<string> {
  const masked = new Set<string>();
  const masks = new Map(config.tables.map((table) => [table.name.toUpperCase(), Object.keys(table.mask)]));
  for (const id of project.graph.ancestors([node.uniqueId])) {
    const above = project.nodes.get(id);
    if (above === undefined) continue;
    if (above.resourceType === 'source') {
      for (const name of masks.get(above.identifier.toUpperCase()) ?? []) masked.add(name.toUpperCase());
    }
    for (const { name, meta } of above.columns) if (meta.masked === true) masked.add(name.toUpperCase());
  }
  return masked;
}

/** Rows with the values hidden that nobody is to see; a NULL stays one. */
export function hideValues<Row extends Readonly<Record<string, unknown>>>(
  rows: readonly Row[],
  masked: ReadonlySet<string>,
): Readonly<Record<string, unknown>>[] {
  if (masked.size === 0) return [...rows];
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [
        name,
        value !== null && masked.has(name.toUpperCase()) ? hidden : value,
      ]),
    ),
  );
}
