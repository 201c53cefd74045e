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
  const cache = new RelationCache();
  try {
    const tag = { project: project.loaded.root.name, run: runId, node: 'compile' };
    const nodes: CompiledNode[] = [];
    for (const id of project.graph.inOrder()) {
      const node = project.nodes.get(id);
      if (node === undefined || !hasSql(node) || !selection.ids.has(id)) continue;
      // A session is opened only for what has to ask.
      const sql =
        compiler.compileAtOnce(node) ??
        (await pool.use(tag, async (warehouse) => {
          const session = new NodeSession(warehouse, cache, options.signal);
          return (await compiler.compile(node, session)).sql;
        }));
      nodes.push({ uniqueId: id, name: node.name, path: compiler.write(node, sql), sql });
    }
    return { nodes };
  } finally {
    await pool.close();
  }
}

function hasSql(node: GraphNode): node is SqlNode {
  return node.resourceType !== 'source' && node.resourceType !== 'seed';
}
