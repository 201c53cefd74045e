import { SluiceError } from '../../../config/index.ts';
import { manifestRecords, readArtifact } from '../../artifacts/read.ts';
import { RelationObject } from '../../context/relation-object.ts';
import { NodeSession, RelationCache } from '../../context/session.ts';
import type { RunFlags } from '../../flags.ts';
import type { SqlNode } from '../../graph/node.ts';
import { noQuoting } from '../../relation.ts';
import { asRecord, asText, type DataRecord } from '../../values.ts';
import type { Workspace } from '../workspace.ts';
import { makesRelation, type Placement, publishedRelation } from './placement.ts';

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
 * Lets refs lead to the other environment, if that is asked for: to nodes that the run does not build and that are not there,
 * and with `favorState` to whatever is not selected.
 *
 * @param built ids of the nodes that the run builds
 * @throws SluiceError STATE_MISSING, ARTIFACTS_MISSING
 */
export async function deferReads(
  { options, project, selection, pool, runId }: Workspace,
  placement: Placement,
  built: ReadonlySet<string> = new Set(),
): Promise<void> {
  if (options.defer !== true) return;
  const others = otherRelations(options, '--defer');
  const deferred = new Map<string, RelationObject>();
  await pool.use({ project: project.loaded.root.name, run: runId, node: 'defer' }, async (warehouse) => {
    const session = new NodeSession(warehouse, new RelationCache(), options.signal);
    for (const node of project.nodes.values()) {
      const other = others.get(node.uniqueId);
      if (other === undefined || built.has(node.uniqueId) || !makesRelation(node)) continue;
      const favored = options.favorState === true && !selection.ids.has(node.uniqueId);
      if (favored || !(await isThere(node, session))) deferred.set(node.uniqueId, other);
    }
  });
  placement.defer(deferred);
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
