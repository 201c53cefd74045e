import { SluiceError } from '../../config/index.ts';
import { NodeSession, RelationCache } from '../context/session.ts';
import type { SqlNode } from '../graph/node.ts';
import type { ShowReport, TransformOptions } from '../options.ts';
import { sqlName } from '../relation.ts';
import { Compiler } from '../run/compile/compiler.ts';
import { deferReads } from '../run/compile/deferral.ts';
import { Placement, publishedRelation } from '../run/compile/placement.ts';
import { readLimits } from '../run/compile/read-limits.ts';
import { refusePython } from '../run/nodes/refuse-python.ts';
import { openWorkspace, type Workspace } from '../run/workspace.ts';

/**
 * Selects the first rows of one node over what is published, and makes nothing.
 *
 * @throws SluiceError SHOW_ONE_NODE when the selection is not one node that selects something
 */
export async function show(options: TransformOptions & { readonly limit: number }): Promise<ShowReport> {
  const workspace = openWorkspace('show', options);
  const { project, pool, runId } = workspace;
  const node = theNode(workspace);
  try {
    refusePython(node);
    const placement = new Placement(new Set(), runId);
    await deferReads(workspace, placement);
    return await pool.use(
      { project: project.loaded.root.name, run: runId, node: 'show' },
      async (warehouse) => {
        const session = new NodeSession(warehouse, new RelationCache(), options.signal);
        const compiler = new Compiler(project, placement, options.artifactsDirectory, readLimits(options));
        const sql =
          node.resourceType === 'seed'
            ? `select * from ${sqlName(publishedRelation(node))}`
            : (await compiler.compile(node, session)).sql;
        const result = await warehouse.execute(`select * from (\n${sql}\n) limit ${options.limit}`);
        return {
          node: node.uniqueId,
          columns: result.columns.map(({ name }) => name),
          rows: result.rows,
          sql,
        };
      },
    );
  } finally {
    await pool.close();
  }
}

/** The one node that is meant: the tests that come along with a model are not. */
function theNode({ project, selection }: Workspace): SqlNode {
  const selected = [...selection.ids].flatMap((id) => project.nodes.get(id) ?? []);
  const withSql = selected.filter((node): node is SqlNode => node.resourceType !== 'source');
  const models = withSql.filter(
    ({ resourceType }) => resourceType !== 'test' && resourceType !== 'unit_test',
  );
  const chosen = models.length > 0 ? models : withSql;
  const [node, ...others] = chosen;
  if (node !== undefined && others.length === 0) return node;
  throw new SluiceError({
    code: 'SHOW_ONE_NODE',
    kind: 'usage',
    message: `One node can be shown, and ${chosen.length === 0 ? 'none is' : `${chosen.length} are`} selected.`,
    hint: 'Name a model, seed, snapshot or test, for example `sluice show invoices`; `sluice ls` lists them.',
  });
}
