import { checkCompiled } from '../analysis/check.ts';
import { NodeSession, RelationCache } from '../context/session.ts';
import type { GraphNode, SqlNode } from '../graph/node.ts';
import type { CompiledNode, CompileReport, TransformOptions } from '../options.ts';
import { chosenNodes, isWantedKind } from '../run/choice.ts';
import { Compiler } from '../run/compile/compiler.ts';
import { deferReads } from '../run/compile/deferral.ts';
import { Placement } from '../run/compile/placement.ts';
import { readLimits } from '../run/compile/read-limits.ts';
import { writeManifest } from '../run/results/artifacts.ts';
import { openWorkspace, type Workspace } from '../run/workspace.ts';

/**
 * Writes the SQL of the selected nodes over published names, and runs none of it.
 *
 * @throws ProjectError with everything that is certain to fail when it runs; the SQL is written all the same
 */
export async function compile(options: TransformOptions): Promise<CompileReport> {
  const workspace = openWorkspace('compile', options);
  writeManifest(workspace);
  try {
    const nodes = await compileSelected(workspace);
    const compiled = new Map(nodes.map(({ uniqueId, sql }) => [uniqueId, sql]));
    await checkCompiled(workspace, chosenNodes(workspace), compiled);
    workspace.project.kept?.save();
    return { nodes };
  } finally {
    await workspace.pool.close();
  }
}

/**
 * Compiles what is selected, and writes it to files; a session is opened only for what asks the warehouse.
 *
 * @param onError takes what does not compile, so that the others still are; thrown unless given
 */
export async function compileSelected(
  workspace: Workspace,
  onError: (node: SqlNode, error: unknown) => void = (_, error) => {
    throw error;
  },
): Promise<CompiledNode[]> {
  const { project, selection, runId, pool, options } = workspace;
  const placement = new Placement(new Set(), runId);
  await deferReads(workspace, placement);
  const compiler = new Compiler(project, placement, options.artifactsDirectory, readLimits(options));
  const chosen = project.graph.inOrder().flatMap((id) => {
    const node = project.nodes.get(id);
    return node !== undefined && hasSql(node) && selection.ids.has(id) && isWantedKind(node, options)
      ? [node]
      : [];
  });
  const sql = new Map<SqlNode, string | undefined>();
  const asking: SqlNode[] = [];
  for (const node of chosen) {
    try {
      const text = compiler.compilePublished(node);
      sql.set(node, text);
      if (text === undefined) asking.push(node);
    } catch (error) {
      onError(node, error);
    }
  }
  if (asking.length > 0) {
    const tag = { project: project.loaded.root.name, run: runId, node: 'compile' };
    await pool.use(tag, async (warehouse) => {
      const session = new NodeSession(warehouse, new RelationCache(), options.signal);
      for (const node of asking) {
        try {
          sql.set(node, (await compiler.compile(node, session)).sql);
        } catch (error) {
          options.signal?.throwIfAborted();
          onError(node, error);
        }
      }
    });
  }
  return [...sql].flatMap(([node, text]): CompiledNode[] =>
    text === undefined
      ? []
      : [{ uniqueId: node.uniqueId, name: node.name, path: compiler.write(node, text), sql: text }],
  );
}

function hasSql(node: GraphNode): node is SqlNode {
  return node.resourceType !== 'source' && node.resourceType !== 'seed';
}
