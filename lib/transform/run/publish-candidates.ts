import { printValue } from '../../jinja/index.ts';
import type { Warehouse } from '../../snowflake/index.ts';
import { compilerError } from '../context/exceptions.ts';
import { NodeSession, type RelationCache } from '../context/session.ts';
import type { SqlNode } from '../graph/node.ts';
import type { ParsedProject } from '../parse/project.ts';
import { relationKey, sqlName } from '../relation.ts';
import { Compiler } from './compiler.ts';
import { isTransient } from './execute-model.ts';
import { Placement, publishedRelation } from './placement.ts';
import { type Publication, publishAll } from './publish.ts';

export interface PublishParts {
  readonly project: ParsedProject;
  readonly warehouse: Warehouse;
  readonly cache: RelationCache;
  readonly runId: string;
  readonly artifactsDirectory: string;
  /** Called with every relation once readers see it. */
  readonly onPublished: (relation: string) => void;
}

/** Makes the candidates of a run what readers see. `models` are in the order of the graph. */
export async function publishCandidates(models: readonly SqlNode[], parts: PublishParts): Promise<void> {
  const { warehouse, cache, runId, project, artifactsDirectory, onPublished } = parts;
  const session = new NodeSession(warehouse, cache);
  const candidates = new Placement(new Set(models.map(({ uniqueId }) => uniqueId)), runId);
  // Every schema is asked anew: other runs may have changed what is published since this one began.
  for (const node of models) session.forget(publishedRelation(node));
  const compiler = new Compiler(project, new Placement(new Set(), runId), artifactsDirectory);
  const publications: Publication[] = [];
  const there = new Map<string, 'table' | 'view'>();
  for (const node of models) {
    const published = publishedRelation(node);
    const before = await session.relation(published);
    if (before?.type === 'table' || before?.type === 'view') there.set(relationKey(published), before.type);
    publications.push(await publicationOf(node, candidates, compiler, session));
  }
  await publishAll(
    warehouse,
    publications,
    (relation) => there.get(relationKey(relation)),
    (relation) => onPublished(sqlName(relation)),
  );
}

async function publicationOf(
  node: SqlNode,
  candidates: Placement,
  compiler: Compiler,
  session: NodeSession,
): Promise<Publication> {
  const published = publishedRelation(node);
  const candidate = candidates.relation(node);
  const made = await session.relation(candidate);
  if (made?.type === 'view') {
    return { kind: 'view', node: node.uniqueId, published, create: await viewSql(node, compiler, session) };
  }
  if (made === null) throw compilerError(`${node.name} was built and is not there: ${candidate.print()}`);
  return { kind: 'table', node: node.uniqueId, candidate, published, transient: isTransient(node) };
}

/** The statement that makes a view over published names; the grants of the view that is there are kept. */
async function viewSql(node: SqlNode, compiler: Compiler, session: NodeSession): Promise<string> {
  const keepingGrants: SqlNode = { ...node, config: { ...node.config, copy_grants: true } };
  const { sql, context } = await compiler.compile(keepingGrants, session);
  const create = context.findMacro('get_create_view_as_sql');
  if (create === undefined) throw compilerError('there is no macro get_create_view_as_sql');
  const relation = publishedRelation(node).with({ type: 'view' });
  return printValue(await create.callAsync([relation, sql])).trim();
}
