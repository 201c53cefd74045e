import type { Warehouse } from '../../snowflake/index.ts';
import type { RelationObject } from '../context/relation-object.ts';
import { NodeSession, RelationCache } from '../context/session.ts';
import { isTest, type SqlNode } from '../graph/node.ts';
import type { ClonedRelation, CloneReport, TransformOptions } from '../options.ts';
import { sqlName } from '../relation.ts';
import { chosenNodes } from '../run/choice.ts';
import { otherRelations } from '../run/compile/deferral.ts';
import { publishedRelation } from '../run/compile/placement.ts';
import { transience } from '../run/nodes/transient.ts';
import { createSchemas } from '../run/publish/candidates.ts';
import { schemasOf } from '../run/publish/stages.ts';
import { writeManifest } from '../run/results/artifacts.ts';
import { runSchedule } from '../run/scheduler.ts';
import { openWorkspace, type Workspace } from '../run/workspace.ts';

/**
 * Makes the selected models, seeds and snapshots here as they are in another environment: tables by zero-copy clone, anything
 * else as a view of it. What is there already stays, unless `fullRefresh`.
 *
 * @throws SluiceError STATE_MISSING, ARTIFACTS_MISSING without the manifest of the other environment
 */
export async function clone(options: TransformOptions): Promise<CloneReport> {
  const workspace = openWorkspace('clone', options);
  const { pool, project, runId, threads, selection } = workspace;
  try {
    const others = otherRelations(options, '`sluice clone`');
    const nodes = [...chosenNodes(workspace).values()].filter((node) => !isTest(node));
    writeManifest(workspace);
    const cache = new RelationCache();
    const use = <T>(node: string, work: (warehouse: Warehouse) => Promise<T>): Promise<T> =>
      pool.use({ project: project.loaded.root.name, run: runId, node }, work);
    await use('prepare', (warehouse) => createSchemas(warehouse, schemasOf(nodes)));
    const byId = new Map(nodes.map((node) => [node.uniqueId, node]));
    const results = await runSchedule<ClonedRelation & { readonly passed: true }>({
      nodes: new Map(nodes.map(({ uniqueId }) => [uniqueId, []])),
      threads,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      run: async (id) => {
        const node = byId.get(id);
        if (node === undefined) throw new Error(`${id} was not chosen`);
        const started = performance.now();
        const cloned = await use(id, (warehouse) =>
          cloneNode(node, others.get(id), new NodeSession(warehouse, cache), warehouse, workspace),
        );
        report(options, node, cloned, performance.now() - started);
        return { ...cloned, passed: true };
      },
      skip: (id) => {
        throw new Error(`${id} waits for nothing`);
      },
    });
    const relations = [...results.values()].map(({ passed: _, ...cloned }) => cloned);
    return { relations, unmatched: selection.unmatched };
  } finally {
    await pool.close();
  }
}

async function cloneNode(
  node: SqlNode,
  other: RelationObject | undefined,
  session: NodeSession,
  warehouse: Warehouse,
  { options }: Workspace,
): Promise<ClonedRelation> {
  const own = publishedRelation(node);
  const done = (made: ClonedRelation['made'], message: string | null): ClonedRelation => ({
    name: node.name,
    relation: own.print(),
    from: other?.print() ?? null,
    made,
    message,
  });
  if (other === undefined) return done(null, 'the other manifest does not have it');
  if (own.equals(other)) return done(null, 'it is the same relation');
  const before = await session.relation(own);
  if (before !== null && options.fullRefresh !== true) return done(null, 'it is there already');
  const source = await session.relation(other);
  if (source === null) return done(null, 'it is not there in the other environment');
  const made = source.type === 'table' ? 'table' : 'view';
  if (before !== null && before.type !== made) {
    await warehouse.execute(`DROP ${kindOf(before)} IF EXISTS ${sqlName(own)}`);
  }
  await warehouse.execute(
    made === 'table'
      ? `CREATE OR REPLACE ${await transience(other, node, session)}TABLE ${sqlName(own)} CLONE ${sqlName(other)}`
      : `CREATE OR REPLACE VIEW ${sqlName(own)} AS SELECT * FROM ${sqlName(other)}`,
  );
  session.forget(own);
  return done(made, null);
}

function kindOf({ type }: RelationObject): string {
  return (type ?? 'table').toUpperCase().replace('_', ' ');
}

function report(options: TransformOptions, node: SqlNode, cloned: ClonedRelation, ms: number): void {
  options.onNode?.({
    kind: node.resourceType,
    name: node.name,
    status: cloned.made === null ? 'skipped' : 'success',
    ms,
    rows: null,
    message: cloned.message,
  });
}
