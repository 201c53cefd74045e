import { NodeSession, RelationCache } from '../context/session.ts';
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
    const nodes = await pool.use(tag, async (warehouse) => {
      const session = new NodeSession(warehouse, cache, options.signal);
      const compiled: CompiledNode[] = [];
      for (const id of project.graph.inOrder()) {
        const node = project.nodes.get(id);
        if (
          node === undefined ||
          node.resourceType === 'source' ||
          node.resourceType === 'seed' ||
          !selection.ids.has(id)
        )
          continue;
        const { sql } = await compiler.compile(node, session);
        compiled.push({ uniqueId: id, name: node.name, path: compiler.write(node, sql), sql });
      }
      return compiled;
    });
    return { nodes };
  } finally {
    await pool.close();
  }
}
