import { type Project, targetName } from '../../config/index.ts';
import type { GraphNode } from '../graph/node.ts';
import { placeOf } from './catalog.ts';

/** How columns of sources leave the source masked: by unique id, then by the column's name in the warehouse. */
export type MaskedColumns = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** The columns that the project masks before they leave the source, of those tables that its models read as sources. */
export function maskedColumns(project: Project, nodes: Iterable<GraphNode>): MaskedColumns {
  const byTable = new Map(
    project.tables.map(({ name, mask }) => [
      targetName(name),
      new Map(Object.entries(mask).map(([column, method]) => [targetName(column), method])),
    ]),
  );
  const { database, schemas } = project.snowflake;
  const found = new Map<string, ReadonlyMap<string, string>>();
  for (const node of nodes) {
    const place = node.resourceType === 'source' ? placeOf(node) : undefined;
    if (
      place === undefined ||
      place.database !== targetName(database) ||
      place.schema !== targetName(schemas.raw)
    )
      continue;
    const masks = byTable.get(place.name);
    if (masks !== undefined && masks.size > 0) found.set(node.uniqueId, masks);
  }
  return found;
}
