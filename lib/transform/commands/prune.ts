import type { Warehouse } from '../../snowflake/index.ts';
import { RelationObject } from '../context/relation-object.ts';
import { NodeSession, RelationCache } from '../context/session.ts';
import type { PrunedRelation, PruneReport, TransformOptions } from '../options.ts';
import type { ParsedProject } from '../parse/project.ts';
import { relationKey, sqlName } from '../relation.ts';
import { makesRelation, publishedRelation, sourceRelation } from '../run/compile/placement.ts';
import { leftovers, schemaSql } from '../run/publish/candidates.ts';
import { schemasOf } from '../run/publish/stages.ts';
import { openWorkspace } from '../run/workspace.ts';

/**
 * Finds the tables and views in the schemas that the project publishes to which no node of it makes or reads any more, and
 * the candidates of builds that did not pass; drops them if asked to. Schemas that the project publishes nothing to are not
 * looked at.
 */
export async function prune(options: TransformOptions & { readonly drop: boolean }): Promise<PruneReport> {
  const { project, pool, runId } = openWorkspace('prune', options);
  try {
    const tag = { project: project.loaded.root.name, run: runId, node: 'prune' };
    return await pool.use(tag, async (warehouse) => {
      const relations: PrunedRelation[] = [];
      for (const relation of await orphans(project, warehouse, options.signal)) {
        const kind = relation.type === 'view' || relation.type === 'dynamic_table' ? relation.type : 'table';
        const sql = kind.toUpperCase().replace('_', ' ');
        if (options.drop) await warehouse.execute(`DROP ${sql} IF EXISTS ${sqlName(relation)}`);
        relations.push({ relation: relation.print(), kind, dropped: options.drop });
      }
      const models = [...project.nodes.values()].filter(makesRelation);
      for (const published of schemasOf(models)) {
        for (const schema of await leftovers(warehouse, published)) {
          if (options.drop) await warehouse.execute(`DROP SCHEMA IF EXISTS ${schemaSql(schema)} CASCADE`);
          relations.push({ relation: schemaSql(schema), kind: 'schema', dropped: options.drop });
        }
      }
      return { relations };
    });
  } finally {
    await pool.close();
  }
}

async function orphans(
  project: ParsedProject,
  warehouse: Warehouse,
  signal: AbortSignal | undefined,
): Promise<RelationObject[]> {
  const session = new NodeSession(warehouse, new RelationCache(), signal);
  const known = new Set<string>();
  const schemas = new Map<string, RelationObject>();
  for (const node of project.nodes.values()) {
    if (node.resourceType === 'source') known.add(relationKey(sourceRelation(node)));
    else if (makesRelation(node)) {
      const relation = publishedRelation(node);
      known.add(relationKey(relation));
      const schema = new RelationObject({ database: relation.database, schema: relation.schema });
      schemas.set(relationKey(schema), schema);
    }
  }
  const found: RelationObject[] = [];
  for (const schema of schemas.values()) found.push(...(await session.relations(schema)));
  return found.filter((relation) => !known.has(relationKey(relation)));
}
