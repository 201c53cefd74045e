import { NodeSession, RelationCache } from '../context/session.ts';
import type { GraphNode, SqlNode } from '../graph/node.ts';
import type { CompiledNode, CompileReport, TransformOptions } from '../options.ts';
import { writeManifest } from './artifacts.ts';
import { Compiler } from './compiler.ts';
import { Placement } from './placement.ts';
import { openWorkspace } from './workspace.ts';

/** Writes the SQL of the selected nodes over published names, and runs none of it. */
export async function compile(options: TransformOptions): Promise<CompileReport> {
  const workspace = openWorkspace('compile', options);
  const { project, selection, runId, pool } = workspace;
  writeManifest(workspace);
  const compiler = new Compiler(project, new Placement(new Set(), runId), options.artifactsDirectory);
  try {
    const chosen = project.graph.inOrder().flatMap((id) => {
      const node = project.nodes.get(id);
      return node !== undefined && hasSql(node) && selection.ids.has(id) ? [node] : [];
    });
    const sql = new Map(chosen.map((node) => [node, compiler.compileAtOnce(node)]));
    const asking = chosen.filter((node) => sql.get(node) === undefined);
    if (asking.length > 0) {
      const tag = { project: project.loaded.root.name, run: runId, node: 'compile' };
      await pool.use(tag, async (warehouse) => {
        const session = new NodeSession(warehouse, new RelationCache(), options.signal);
        for (const node of asking) sql.set(node, (await compiler.compile(node, session)).sql);
      });
    }
    const nodes = chosen.map((node): CompiledNode => {
      const text = sql.get(node) ?? '';
      return { uniqueId: node.uniqueId, name: node.name, path: compiler.write(node, text), sql: text };
    });
    return { nodes };
  } finally {
    await pool.close();
  }
}

function hasSql(node: GraphNode): node is SqlNode {
  return node.resourceType !== 'source' && node.resourceType !== 'seed';
}
