import type { Warehouse } from '../../../snowflake/index.ts';
import type { RelationObject } from '../../context/relation-object.ts';
import { NodeSession, type RelationCache } from '../../context/session.ts';
import type { SqlNode } from '../../graph/node.ts';
import type { ParsedProject } from '../../parse/project.ts';
import { type RelationType, relationKey, sqlName } from '../../relation.ts';
import { candidatesOf } from '../compile/candidate-access.ts';
import { Compiler } from '../compile/compiler.ts';
import { Placement, publishedRelation } from '../compile/placement.ts';
import type { ReadLimits } from '../compile/read-limits.ts';
import { publicationOf } from './publication.ts';
import { type Publication, type PublishedKind, publishAll } from './publish.ts';

export interface PublishParts {
  readonly project: ParsedProject;
  readonly warehouse: Warehouse;
  readonly cache: RelationCache;
  readonly runId: string;
  readonly artifactsDirectory: string;
  /** What models read, and where, as it was when the candidates were built: views are compiled again. */
  readonly limits: ReadLimits;
  readonly deferred: ReadonlyMap<string, RelationObject>;
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
  const places = new Placement(new Set(), runId);
  places.defer(parts.deferred);
  const compiler = new Compiler(
    project,
    places,
    artifactsDirectory,
    parts.limits,
    candidatesOf(models, candidates),
  );
  const publications: Publication[] = [];
  const there = new Map<string, PublishedKind>();
  for (const node of models) {
    const published = publishedRelation(node);
    const before = await session.relation(published);
    if (before !== null && isPublishedKind(before.type)) there.set(relationKey(published), before.type);
    publications.push(await publicationOf(node, candidates.relation(node), compiler, session));
  }
  await publishAll(
    warehouse,
    publications,
    (relation) => there.get(relationKey(relation)),
    (relation) => onPublished(sqlName(relation)),
  );
}

function isPublishedKind(type: RelationType | null): type is PublishedKind {
  return type === 'table' || type === 'view' || type === 'dynamic_table';
}
