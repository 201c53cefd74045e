import { SluiceError } from '../../config/index.ts';
import { manifestRecords, readArtifact } from '../artifacts/read.ts';
import { RelationObject } from '../context/relation-object.ts';
import type { NodeSession } from '../context/session.ts';
import type { RunFlags } from '../flags.ts';
import { type GraphNode, isEphemeral, type SqlNode } from '../graph/node.ts';
import { noQuoting } from '../relation.ts';
import { asRecord, asText, type DataRecord } from '../values.ts';
import { publishedRelation } from './placement.ts';

/** Where another run's manifest has a node's relation. */
export type OtherRelations = ReadonlyMap<string, RelationObject>;

/**
 * The relations of another environment, by the manifest that a run there left.
 *
 * @throws SluiceError STATE_MISSING, ARTIFACTS_MISSING
 */
export function otherRelations({ deferState, state }: RunFlags, why: string): OtherRelations {
  const directory = deferState ?? state;
  if (directory === undefined) {
    throw new SluiceError({
      code: 'STATE_MISSING',
      kind: 'usage',
      message: `${why} reads another run's manifest, and none is given.`,
      hint: 'Name the folder of its artifacts with --state, or with --defer-state.',
    });
  }
  const nodes = manifestRecords(readArtifact(directory, 'manifest.json'), ['nodes']);
  const found = new Map<string, RelationObject>();
  for (const [id, node] of nodes) {
    const relation = relationOf(node);
    if (relation !== undefined) found.set(id, relation);
  }
  return found;
}

function relationOf(node: DataRecord): RelationObject | undefined {
  const config = asRecord(node.config);
  const kind = asText(node.resource_type);
  const makes = kind === 'seed' || kind === 'snapshot' || kind === 'model';
  const [database, schema, identifier] = [asText(node.database), asText(node.schema), asText(node.alias)];
  if (!makes || config?.materialized === 'ephemeral' || schema === undefined || identifier === undefined)
    return undefined;
  const quoting = asRecord(config?.quoting) ?? {};
  return new RelationObject({
    database: database ?? null,
    schema,
    identifier,
    type: config?.materialized === 'view' ? 'view' : 'table',
    quoting: {
      ...noQuoting,
      ...Object.fromEntries(Object.entries(quoting).filter(([, item]) => typeof item === 'boolean')),
    },
  });
}

/**
 * The nodes whose refs lead to the other environment in this run: those that it does not build, and that are not there, or
 * whatever is there if that is favored.
 *
 * @param built ids of the nodes that this run builds
 */
export async function deferredRelations(
  nodes: Iterable<GraphNode>,
  built: ReadonlySet<string>,
  others: OtherRelations,
  favorState: boolean,
  session: NodeSession,
): Promise<ReadonlyMap<string, RelationObject>> {
  const deferred = new Map<string, RelationObject>();
  for (const node of nodes) {
    const other = others.get(node.uniqueId);
    if (other === undefined || built.has(node.uniqueId) || !makesRelation(node)) continue;
    if (favorState || !(await isThere(node, session))) deferred.set(node.uniqueId, other);
  }
  return deferred;
}

function makesRelation(node: GraphNode): node is SqlNode {
  const kinds: readonly string[] = ['model', 'seed', 'snapshot'];
  return kinds.includes(node.resourceType) && !isEphemeral(node);
}

/** A database that is not there, or may not be seen, holds nothing for this run. */
async function isThere(node: SqlNode, session: NodeSession): Promise<boolean> {
  try {
    return (await session.relation(publishedRelation(node))) !== null;
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'SNOWFLAKE_NOT_FOUND') return false;
    throw error;
  }
}
